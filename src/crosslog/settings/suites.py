"""What one `dvc repro` works on: suites of systems and experiments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

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


Protocol = Literal["honest", "published"]
"""How spans are drawn and steps chosen; what `published` repeats of a paper's code, detection/episodes says."""

PERCENT = 100


class Experiment(Frozen):
    """Which systems teach which, on which text, and how its episodes are drawn."""

    sources: tuple[str, ...] = Field(min_length=1)
    target: str
    representation: Representation
    window: int = Field(gt=0)
    episodes: int = Field(gt=0)
    sampling_seed: int
    seeds: tuple[int, ...] = Field(min_length=1)
    source_support: SpanRequest
    source_query: SpanRequest
    support: SpanRequest
    query: SpanRequest
    tuned_on: str  # an experiment of the suite: hyper-parameters are chosen on its sources
    protocol: Protocol = "honest"
    rates: Literal["fractions", "percent"] = "fractions"  # what the rates of its spans are written in
    labels: Literal["own", "shuffled"] = "own"  # shuffled: a control with nothing to learn
    lines: dict[str, Lines] = Field(default_factory=dict)  # system: first and last line to draw from
    max_lines: int | None = Field(default=None, gt=0)  # of systems that `lines` does not name
    published: str | None = None  # the experiment's name in the paper, where its numbers can stand beside ours

    @property
    def systems(self) -> tuple[str, ...]:
        """Every system of the experiment, the target last."""
        return (*self.sources, self.target)

    def part(self, system: str) -> tuple[int, int] | None:
        """First and last line of a system to draw from; None for all."""
        return self.lines.get(system) or ((1, self.max_lines) if self.max_lines else None)

    def span(self, role: str) -> SpanRequest:
        """What a role (source_support, source_query, support, query) asks for, its rate as fractions."""
        request: SpanRequest = getattr(self, role)
        if self.rates == "fractions":
            return request
        low, high = request.rate
        return request.model_copy(update={"rate": (low / PERCENT, high / PERCENT)})

    @model_validator(mode="after")
    def _rates_are_shares(self) -> Experiment:
        for role in ("source_support", "source_query", "support", "query"):
            if self.span(role).rate[1] > 1:
                written = list(getattr(self, role).rate)
                raise ValueError(f"{role}: rate {written} in {self.rates} is more than everything")
        return self

    @model_validator(mode="after")
    def _target_is_new(self) -> Experiment:
        if self.target in self.sources:
            raise ValueError(f"{self.target} is both a source and the target: nothing would be carried over")
        if unknown := sorted(set(self.lines) - set(self.systems)):
            raise ValueError(f"lines names {unknown}, which the experiment does not use")
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
    def _searches_never_see_a_target(self) -> Suite:
        for name, experiment in self.everything.items():
            where = f"experiment {name}: tuned_on {experiment.tuned_on!r}"
            if experiment.tuned_on not in self.experiments:
                raise ValueError(f"{where} is none of the suite's experiments: {', '.join(self.experiments)}")
            searched = self.experiments[experiment.tuned_on]
            if experiment.target in searched.sources:
                raise ValueError(f"{where} would choose hyper-parameters on {experiment.target}, its own target")
            if self.tuned and len(searched.sources) < 2:
                raise ValueError(f"{where} has one source; leaving one out needs two")
        return self
