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
    """How many consecutive events a span holds, and which share of them may be anomalous (fractions, inclusive)."""

    events: int = Field(gt=0)
    rate: tuple[float, float]

    @model_validator(mode="after")
    def _rates_are_fractions(self) -> SpanRequest:
        low, high = self.rate
        if not 0 <= low <= high <= 1:
            raise ValueError(f"rate must be two fractions with 0 <= low <= high <= 1, not {list(self.rate)}")
        return self


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
    """What one `dvc repro` works on: systems, and the experiments over them."""

    name: str
    systems: dict[str, SystemUse]
    representations: tuple[Representation, ...]
    detectors: tuple[str, ...] = Field(min_length=1)
    experiments: dict[str, Experiment]

    @model_validator(mode="after")
    def _experiments_use_what_there_is(self) -> Suite:
        for name, experiment in self.experiments.items():
            missing = [system for system in experiment.systems if system not in self.systems]
            if missing:
                raise ValueError(f"experiment {name} uses {missing}, which the suite's systems do not list")
            if experiment.representation not in self.representations:
                raise ValueError(
                    f"experiment {name} uses representation {experiment.representation!r}; "
                    "add it to the suite's representations"
                )
        return self
