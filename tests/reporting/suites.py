"""A suite as the report sees it: arms of experiments, and the detectors that run on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crosslog.reporting.numbers.inputs import Inputs
from crosslog.settings import Experiment


@dataclass(frozen=True)
class SmallSuite:
    """What reporting asks of a suite, and nothing else."""

    name: str
    systems: tuple[str, ...]
    everything: Mapping[str, Experiment]
    detectors: Mapping[str, tuple[str, ...]]  # by arm
    tuned: tuple[str, ...] = ()

    def detectors_of(self, arm: str) -> tuple[str, ...]:
        return self.detectors[arm]

    @property
    def runs(self) -> list[tuple[str, str]]:
        return [(arm, detector) for arm in self.everything for detector in self.detectors[arm]]

    @property
    def logs(self) -> tuple[str, ...]:
        return self.systems

    @property
    def experiments(self) -> Mapping[str, Experiment]:
        return self.everything

    def is_searched(self, arm: str, detector: str) -> bool:
        return detector in self.tuned and self.everything[self.everything[arm].tuned_on].searchable


def with_arms(inputs: Inputs, arms: Mapping[str, Experiment], *detectors: str) -> Inputs:
    """The same run with other arms; those that are new, or all where detectors are named, have these or e1's."""
    known = {} if detectors else inputs.suite.detectors
    each = {arm: known.get(arm, detectors or inputs.suite.detectors["e1"]) for arm in arms}
    return replace(inputs, suite=replace(inputs.suite, everything=dict(arms), detectors=each))
