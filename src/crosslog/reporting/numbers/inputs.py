"""What every chapter is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.reporting.numbers.arms import Arms, arm_of, group_arms
from crosslog.reporting.papers.tables import ablation_names
from crosslog.settings import ALL_BUT_TARGET, EmbedSettings, EvaluateSettings, Suite
from crosslog.systems import System

MEAN_TARGET = "*"  # whose numbers a mean over several targets has in schema Metrics
Floats1D = NDArray[np.float64]


class Estimate(NamedTuple):
    """A number with its interval, None where it is not defined, and what the interval resamples and how many."""

    value: float | None
    low: float | None = None
    high: float | None = None
    folds: int = 0
    resampled: str = ""


@dataclass(frozen=True)
class Inputs:
    """Settings, numbers and audits of every arm of every experiment, and of every detector, in the suite's order.

    `metrics`, `audits`, `curves` and `steps` are all artifacts of the run in one frame each (schemas Metrics, Audits,
    Curves; Steps after `experiment` and `detector`); `experiment` is an arm's id there. `resamples` are, by run and by
    level, metric and threshold, the number in each resample. `chosen` are the hyper-parameters that a search chose for
    a run, none where nothing is tuned, and `trials` (schema Trials after `experiment` and `detector`) all that it
    tried. `seconds` is what each phase took, once per seed or episode, `embedding_seconds` what encoding a system's
    texts took, by representation and encoder; both have entries only where a run was timed. `files` are those that the
    numbers of a run stand in, relative to the report's folder.
    """

    suite: Suite
    detectors: Mapping[str, Mapping[str, object]]
    encoders: Mapping[str, EmbedSettings]  # of the suite, by name
    evaluate: EvaluateSettings
    systems: Mapping[str, System]  # by name, and by the name of each log of theirs
    statistics: pl.DataFrame  # schema Statistics, a row per log, after its name in the column `system`
    metrics: pl.DataFrame
    audits: pl.DataFrame
    curves: pl.DataFrame
    resamples: Mapping[tuple[str, str], Mapping[tuple[str, str, str], Floats1D]]
    steps: pl.DataFrame
    chosen: Mapping[tuple[str, str], Mapping[str, object]]
    trials: pl.DataFrame
    seconds: Mapping[tuple[str, str], Mapping[str, Sequence[float]]]
    embedding_seconds: Mapping[str, Mapping[str, Mapping[str, Any]]]
    files: Mapping[tuple[str, str], str]

    def estimate(self, experiment: str, detector: str, measure: Measure, target: str | None = None) -> Estimate:
        """One number, of a target or, where there are several and none is named, of their mean.

        KeyError names what is missing.
        """
        targets = self.suite.everything[experiment].targets
        whose = target or (targets[0] if len(targets) == 1 else MEAN_TARGET)
        return self._estimates[experiment, whose, detector, *measure]

    @cached_property
    def _estimates(self) -> dict[tuple[str, ...], Estimate]:
        keys = self.metrics.select("experiment", "target", "detector", "level", "metric", "threshold")
        numbers = self.metrics.select("value", "low", "high", "folds", "resampled")
        return {key: Estimate(*row) for key, row in zip(keys.iter_rows(), numbers.iter_rows(), strict=True)}

    def resampled(self, experiment: str, detector: str, measure: Measure) -> Floats1D:
        """A number of a whole experiment in each resample, NaN where undefined; empty where it is not compared."""
        return self.resamples.get((experiment, detector), {}).get((*measure,), np.empty(0))

    @cached_property
    def groups(self) -> dict[str, Arms]:
        """The arms of every experiment by its name."""
        return group_arms(self.suite.everything)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {key: name for name, arms in self.groups.items() for key in arms if key}

    def name_of(self, arm: str) -> str:
        """The experiment that an arm belongs to."""
        return self._names[arm]

    @property
    def main(self) -> list[str]:
        """The arms that come first: honest, with labels of their own, and no ablation of a paper's."""
        kept = self.suite.everything.items()
        return [key for key, each in kept if arm_of(each) == "honest" and each.published not in ablation_names()]

    def partner(self, arm: str) -> str | None:
        """The same experiment as published."""
        return self.groups[self.name_of(arm)].published

    def condition(self, experiment: str) -> str:
        """What sets an arm apart from an honest one, to stand after the experiment's name; empty for those."""
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
        """A system's name with its mark, where it does not say that itself."""
        mark = self.mark(system)
        return f"{system} ({mark})" if mark and mark not in system else system


class Measure(NamedTuple):
    """Which number of schema Metrics."""

    level: str
    metric: str
    threshold: str = ""
