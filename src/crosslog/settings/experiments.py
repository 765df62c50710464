"""An experiment: which systems teach which, on which text, how they are split and cut, and which detectors run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, SerializeAsAny, field_validator, model_validator

from crosslog import plugins
from crosslog.settings.reading import Frozen, Name

Representation = Literal["message", "template", "interpretation"]


def _first_to_last(lines: tuple[int, int]) -> tuple[int, int]:
    if not 1 <= lines[0] <= lines[1]:
        raise ValueError(f"lines must be the first and the last line, counted from 1, not {list(lines)}")
    return lines


Lines = Annotated[tuple[int, int], AfterValidator(_first_to_last)]


class SpanRequest(Frozen):
    """How many consecutive events a span holds, and which share of them may be anomalous (inclusive)."""

    events: int = Field(gt=0)
    rate: tuple[float, float]

    @model_validator(mode="after")
    def _rates_are_in_order(self) -> SpanRequest:
        low, high = self.rate
        if not 0 <= low <= high:
            raise ValueError(f"rate must be two numbers with 0 <= low <= high, not {list(self.rate)}")
        return self


Level = Literal["event", "window", "session", "type"]
Protocol = Literal["honest", "published"]
"""How systems are split and steps chosen; what `published` repeats of a paper's code, each file of splits/ says."""

ALL_BUT_TARGET = "all_but_target"


class Cut(Frozen):
    """How events become windows: `length` of them every `step`, or by session, whole or in windows of that length."""

    by: Literal["count", "session"] = "count"
    length: int | None = Field(default=None, gt=0)
    step: int | None = Field(default=None, gt=0)  # as the length, where it is not given

    @property
    def lengths(self) -> tuple[int, int]:
        """Length and step of windows, in events."""
        length = self.length or 1
        return length, self.step or length

    @model_validator(mode="after")
    def _windows_can_be_cut(self) -> Cut:
        if self.by == "count" and self.length is None:
            raise ValueError("a cut by count needs a length, in events")
        if self.step is not None and (self.length is None or self.step > self.length):
            raise ValueError(f"step {self.step} would leave events out: it is at most the length, {self.length}")
        return self


class Experiment(Frozen):
    """A file in experiments/, or one of its arms: the same under one protocol, with labels of its own or shuffled."""

    name: Name  # the file's
    base: str = ""  # path of the file that it extends, or its own
    sources: tuple[str, ...] | Literal["all_but_target"] = Field(min_length=1)
    target: str | tuple[str, ...]  # several: each in turn
    representation: Representation
    encoder: Name  # a block in `encoders` of params.yaml
    miner: Name | None = None  # a file in logs/mining/; None: that of `parse` in params.yaml
    cut: Cut
    unit: Literal["event", "window", "session"] = "event"  # what is scored
    split: SerializeAsAny[Frozen]  # a file in detection/splits/ by its `name`, and its fields
    sampling_seed: int = Field(ge=0)
    seeds: tuple[int, ...] = Field(min_length=1)
    detectors: tuple[Name, ...] = Field(min_length=1)
    tuned: tuple[Name, ...] = ()  # detectors whose hyper-parameters are searched for, in the spaces of `tune`
    tuned_on: Name  # an experiment: hyper-parameters are chosen on its sources, where there are several
    protocols: tuple[Protocol, ...] = Field(default=("honest",), min_length=1)
    controls: Mapping[Literal["shuffled"], tuple[Name, ...]] = Field(default_factory=dict)  # with these detectors alone
    lines: dict[str, Lines] = Field(default_factory=dict)  # system: first and last line to draw from
    max_lines: int | None = Field(default=None, gt=0)  # of systems that `lines` does not name
    published: str | None = None  # the experiment's name in the paper, where its numbers can stand beside ours
    protocol: Protocol = "honest"  # of an arm
    labels: Literal["own", "shuffled"] = "own"  # of an arm; shuffled: a control with nothing to learn

    @property
    def arms(self) -> dict[str, Experiment]:
        """`<name>/<protocol>`, and of a control `<name>/shuffled_<protocol>`: what is sampled, scored and judged."""
        own: dict[str, dict[str, Any]] = {protocol: {"protocol": protocol} for protocol in self.protocols}
        for control, detectors in self.controls.items():
            changed = {"labels": control, "detectors": detectors}
            own |= {f"{control}_{protocol}": {"protocol": protocol, **changed} for protocol in self.protocols}
        return {f"{self.name}/{arm}": self.model_copy(update=changes) for arm, changes in own.items()}

    @property
    def search_arm(self) -> str:
        """The arm whose sources hyper-parameters are chosen on: the honest one, where there is one."""
        protocol = "honest" if "honest" in self.protocols else self.protocols[0]
        return f"{self.name}/{protocol}"

    @property
    def targets(self) -> tuple[str, ...]:
        """The systems that are watched, one after another."""
        return (self.target,) if isinstance(self.target, str) else self.target

    @property
    def teachers(self) -> tuple[str, ...]:
        """Every system that teaches some target."""
        return self.targets if self.sources == ALL_BUT_TARGET else tuple(self.sources)

    def sources_of(self, target: str) -> tuple[str, ...]:
        """The systems that teach a target."""
        return tuple(system for system in self.teachers if system != target)

    @property
    def systems(self) -> tuple[str, ...]:
        """Every system of the experiment, those that teach first."""
        return tuple(dict.fromkeys((*self.teachers, *self.targets)))

    def log_of(self, system: str) -> str:
        """What a system is called as this experiment reads it: with the miner's name where it has one of its own."""
        return f"{system}-{self.miner}" if self.miner else system

    @property
    def all_detectors(self) -> tuple[str, ...]:
        """Every detector that runs on some arm."""
        return tuple(dict.fromkeys((*self.detectors, *(name for names in self.controls.values() for name in names))))

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that it is judged at: its unit, what events or windows add up to, and types at last."""
        by_session = self.cut.by == "session"
        held = {
            "event": self.unit == "event",
            "window": self.unit == "window" or (self.unit == "event" and (self.cut.length or 1) > 1),
            "session": by_session,
            "type": True,
        }
        return tuple(level for level in get_args(Level) if held[level])

    @property
    def searchable(self) -> bool:
        """Whether a source can be left out of it: there are two, and they are the same for every target."""
        return self.sources != ALL_BUT_TARGET and len(self.teachers) > 1

    def part(self, system: str) -> tuple[int, int] | None:
        """First and last line of a system to draw from; None for all."""
        return self.lines.get(system) or ((1, self.max_lines) if self.max_lines else None)

    @field_validator("split", mode="before")
    @classmethod
    def _split_is_a_file(cls, given: Any) -> Any:
        if isinstance(given, Frozen):
            return given
        if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
            raise ValueError("split names a file in detection/splits/: {name: episodes, …}")
        return plugins.load("detection.splits", given["name"]).model_validate(given)

    @model_validator(mode="after")
    def _target_is_new(self) -> Experiment:
        if len(set(self.targets)) < len(self.targets) or not self.targets:
            raise ValueError(f"target names a system twice, or none: {list(self.targets)}")
        if self.sources == ALL_BUT_TARGET:
            if len(self.targets) < 2:
                raise ValueError("sources: all_but_target needs several targets, which teach one another")
        elif known := [target for target in self.targets if target in self.sources]:
            raise ValueError(f"{', '.join(known)} is both a source and the target: nothing would be carried over")
        if unknown := sorted(set(self.lines) - set(self.systems)):
            raise ValueError(f"lines names {unknown}, which the experiment does not use")
        return self

    @model_validator(mode="after")
    def _units_come_out_of_the_cut(self) -> Experiment:
        whole = self.cut.by == "session" and self.cut.length is None
        if self.unit == "session" and not whole:
            raise ValueError("unit session needs `cut: {by: session}` without a length: a session is scored whole")
        if self.unit == "window" and whole:
            raise ValueError("windows that are whole sessions are scored as `unit: session`")
        if self.unit == "event" and self.cut.lengths[0] != self.cut.lengths[1]:
            raise ValueError("unit event needs windows that do not overlap (a step as long as the length)")
        if self.unit == "window" and (self.labels == "shuffled" or self.controls):
            raise ValueError("control shuffled is for unit event or session: windows that overlap share labels")
        return self

    @model_validator(mode="after")
    def _nothing_is_named_twice(self) -> Experiment:
        for field in ("detectors", "protocols", "seeds", "sources"):
            given = getattr(self, field)
            if not isinstance(given, str) and (twice := sorted({str(each) for each in given if given.count(each) > 1})):
                raise ValueError(f"{field} names {', '.join(twice)} twice")
        return self


def system_of(log: str) -> str:
    """The system whose log it is: see `Experiment.log_of`."""
    return log.partition("-")[0]
