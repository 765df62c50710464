"""What every part of the report is rendered from, and the protocol that a part follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import polars as pl

from crosslog.settings import ALL_BUT_TARGET, EmbedSettings, EvaluateSettings, Suite
from crosslog.systems import System

ALL_TARGETS = "*"  # whose numbers a mean over several targets has in schema Metrics


class Estimate(NamedTuple):
    """A number with its interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Inputs:
    """Settings, numbers and audits of every experiment, variant and detector of a run, in the order of params.yaml.

    `metrics`, `audits`, `curves` and `steps` are all artifacts of the run in one frame each (schemas Metrics, Audits,
    Curves; Steps after `experiment` and `detector`). `chosen` are the hyper-parameters that a search chose for a run,
    none where nothing is tuned, and `trials` (schema Trials after `experiment` and `detector`) all that it tried.
    `seconds` is what each phase took, once per seed or episode, `embedding_seconds` what encoding a system's texts
    took, by representation and encoder; both have entries only where a run was timed.
    """

    suite: Suite
    detectors: Mapping[str, Mapping[str, object]]
    embed: EmbedSettings
    evaluate: EvaluateSettings
    systems: Mapping[str, System]
    statistics: pl.DataFrame  # schema Statistics, a row per system, after its name in the column `system`
    metrics: pl.DataFrame
    audits: pl.DataFrame
    curves: pl.DataFrame
    steps: pl.DataFrame
    chosen: Mapping[tuple[str, str], Mapping[str, object]]
    trials: pl.DataFrame
    seconds: Mapping[tuple[str, str], Mapping[str, Sequence[float]]]
    embedding_seconds: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def estimate(self, experiment: str, detector: str, measure: Measure, target: str | None = None) -> Estimate:
        """One number, of a target or, where there are several and none is named, of their mean.

        KeyError names what is missing.
        """
        targets = self.suite.everything[experiment].targets
        whose = target or (targets[0] if len(targets) == 1 else ALL_TARGETS)
        return self._estimates[experiment, whose, detector, *measure]

    @cached_property
    def _estimates(self) -> dict[tuple[str, ...], Estimate]:
        keys = self.metrics.select("experiment", "target", "detector", "level", "metric", "threshold")
        numbers = self.metrics.select("value", "low", "high")
        return {key: Estimate(*row) for key, row in zip(keys.iter_rows(), numbers.iter_rows(), strict=True)}

    @property
    def main(self) -> list[str]:
        """The experiments that figures show: no variants, under the honest protocol, with labels of their own."""
        kept = self.suite.experiments.items()
        return [name for name, each in kept if each.protocol == "honest" and each.labels == "own"]

    def condition(self, experiment: str) -> str:
        """What sets an experiment apart from an honest one, to stand after its name; empty for those."""
        each = self.suite.everything[experiment]
        return ", as published" * (each.protocol == "published") + ", labels shuffled" * (each.labels == "shuffled")

    def mark(self, system: str) -> str:
        """What a reader must know of a system's lines or labels: "simulated", "weak labels" or nothing."""
        if self.systems[system].is_simulated:
            return "simulated"
        return "weak labels" if self.systems[system].labels.weak else ""

    def marked_targets(self, experiment: str) -> str:
        """The system that is watched, with its mark; or how many are, each in turn."""
        targets = self.suite.everything[experiment].targets
        if len(targets) == 1:
            return self.marked(targets[0])
        marks = ", ".join(dict.fromkeys(mark for target in targets if (mark := self.mark(target))))
        return f"{len(targets)} systems in turn" + (f" ({marks})" if marks else "")

    def marked_sources(self, experiment: str) -> str:
        """The systems that teach, with their marks."""
        each = self.suite.everything[experiment]
        if each.sources == ALL_BUT_TARGET:
            return "all others"
        return " + ".join(self.marked(system) for system in each.teachers)

    @property
    def simulated(self) -> list[str]:
        """Systems of the run whose lines were made here."""
        return [name for name in self.suite.systems if self.systems[name].is_simulated]

    def marked(self, system: str) -> str:
        """A system's name with its mark."""
        mark = self.mark(system)
        return f"{system} ({mark})" if mark else system


class Measure(NamedTuple):
    """Which number of schema Metrics."""

    level: str
    metric: str
    threshold: str = ""


class Part(Protocol):
    """A file of reporting/: one public class without fields."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """Texts by their path in the folder of reports; the same inputs give the same bytes."""
        ...
