"""What one `dvc repro` works on: suites of systems and experiments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, SerializeAsAny, field_validator, model_validator

from crosslog import plugins
from crosslog.settings.reading import Frozen

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
    """Which systems teach which, on which text, and how they are split and cut."""

    sources: tuple[str, ...] | Literal["all_but_target"] = Field(min_length=1)
    target: str | tuple[str, ...]  # several: each in turn
    representation: Representation
    cut: Cut
    unit: Literal["event", "window", "session"] = "event"  # what is scored
    split: SerializeAsAny[Frozen]  # a file in detection/splits/ by its `name`, and its fields
    sampling_seed: int
    seeds: tuple[int, ...] = Field(min_length=1)
    tuned_on: str  # an experiment of the suite: hyper-parameters are chosen on its sources, where there are several
    protocol: Protocol = "honest"
    labels: Literal["own", "shuffled"] = "own"  # shuffled: a control with nothing to learn
    lines: dict[str, Lines] = Field(default_factory=dict)  # system: first and last line to draw from
    max_lines: int | None = Field(default=None, gt=0)  # of systems that `lines` does not name
    published: str | None = None  # the experiment's name in the paper, where its numbers can stand beside ours

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
        if self.labels == "shuffled" and self.unit == "window":
            raise ValueError("labels: shuffled is for unit event or session: windows that overlap share labels")
        return self


class SystemUse(Frozen):
    """How a suite reads a system: with which format, and which part of it where it is not all."""

    format: str
    lines: Lines | None = None
    max_lines: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_part(self) -> SystemUse:
        if self.lines and self.max_lines:
            raise ValueError("give lines or max_lines, not both")
        return self

    @property
    def part(self) -> tuple[int, int] | None:
        """First and last line to read; None for all."""
        return (1, self.max_lines) if self.max_lines else self.lines


class Suite(Frozen):
    """What one `dvc repro` works on: systems, and the experiments over them.

    Every detector runs on every experiment. `variants` are experiments that few detectors run on: ablations, sources
    taken one by one, controls.
    """

    name: str
    systems: dict[str, SystemUse]
    representations: tuple[Representation, ...]
    detectors: tuple[str, ...] = Field(min_length=1)
    experiments: dict[str, Experiment]
    variants: dict[str, Experiment] = Field(default_factory=dict)
    variant_detectors: tuple[str, ...] = ()
    tuned: tuple[str, ...] = ()  # detectors whose hyper-parameters are searched for, in the spaces of `tune`

    @property
    def everything(self) -> dict[str, Experiment]:
        """Experiments and variants by name."""
        return {**self.experiments, **self.variants}

    def detectors_of(self, experiment: str) -> tuple[str, ...]:
        """The detectors that run on an experiment or a variant."""
        return self.detectors if experiment in self.experiments else self.variant_detectors

    @property
    def runs(self) -> list[tuple[str, str]]:
        """Every experiment or variant with each detector that runs on it."""
        return [(name, detector) for name in self.everything for detector in self.detectors_of(name)]

    def is_searched(self, experiment: str) -> bool:
        """Whether hyper-parameters are searched for on the sources that an experiment is tuned on."""
        return self.everything[self.everything[experiment].tuned_on].searchable

    @model_validator(mode="after")
    def _experiments_use_what_there_is(self) -> Suite:
        if twice := sorted(set(self.experiments) & set(self.variants)):
            raise ValueError(f"{twice} are both experiments and variants: give them names of their own")
        for name, experiment in self.everything.items():
            missing = [system for system in experiment.systems if system not in self.systems]
            if missing:
                raise ValueError(f"experiment {name} uses {missing}, which the suite's systems do not list")
            if experiment.representation not in self.representations:
                raise ValueError(
                    f"experiment {name} uses representation {experiment.representation!r}; "
                    "add it to the suite's representations"
                )
        return self

    @model_validator(mode="after")
    def _searches_see_the_experiment_s_own_sources(self) -> Suite:
        for name, experiment in self.everything.items():
            where = f"experiment {name}: tuned_on {experiment.tuned_on!r}"
            if experiment.tuned_on not in self.everything:
                raise ValueError(f"{where} is none of the suite's experiments: {', '.join(self.everything)}")
            searched = self.everything[experiment.tuned_on]
            if foreign := sorted(set(searched.teachers) - set(experiment.teachers)):
                raise ValueError(
                    f"{where} would choose hyper-parameters on labels of {foreign}, which are none of its sources; "
                    "let it be tuned_on itself"
                )
        return self
