"""Whether the difference of two numbers is more than chance: paired bootstrap over an experiment's folds.

Every detector of an experiment meets the same resamples (schema Resamples), so the difference is taken in each of them
and its percentile interval (Efron 1979) read off. Below six folds no difference is told: of five, chance alone gives
all the same sign in one case of sixteen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from crosslog.reporting.numbers.inputs import Floats1D, Inputs, Measure

FEWEST_FOLDS = 6


class Difference(NamedTuple):
    """One number minus another, with its interval; None where it is not known.

    `told`: whether the interval leaves out nought; None where there are too few folds to say, or no interval.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    told: bool | None = None


ArmRun = tuple[str, str]
"""An arm's id and a detector."""


class Standing(NamedTuple):
    """The detector with the highest number, and those that are not told apart from it."""

    best: str
    tied: tuple[str, ...]
    judged: bool  # whether there are folds enough to tell


class RunStanding(NamedTuple):
    """The same of runs."""

    best: ArmRun
    tied: tuple[ArmRun, ...]
    judged: bool


def group_resamples(frame: pl.DataFrame) -> dict[tuple[str, str, str], Floats1D]:
    """A frame (schema Resamples) as an array per level, metric and threshold, NaN where undefined."""
    groups = frame.sort("resample").group_by("level", "metric", "threshold", maintain_order=True)
    return {(str(level), str(metric), str(source)): _values(rows) for (level, metric, source), rows in groups}


def _values(rows: pl.DataFrame) -> Floats1D:
    return rows["value"].cast(pl.Float64).fill_null(math.nan).to_numpy()


def compare_detectors(inputs: Inputs, arm: str, pair: tuple[str, str], measure: Measure) -> Difference:
    """The first detector of a pair minus the second, in one arm of an experiment."""
    one, other = ((arm, detector) for detector in pair)
    return _difference(inputs, one, other, measure, shift=0)


def compare_protocols(inputs: Inputs, arms: tuple[str, str], detector: str, measure: Measure) -> Difference:
    """A detector in the first arm minus the same in the second: other spans, so resamples are not paired."""
    one, other = ((arm, detector) for arm in arms)
    return _difference(inputs, one, other, measure, shift=1)


def rank_detectors(inputs: Inputs, arm: str, measure: Measure, among: Sequence[str]) -> Standing | None:
    """The best of some detectors of an arm; None where the number is defined for none of them."""
    standing = rank_runs(inputs, [(arm, detector) for detector in among], measure)
    if standing is None:
        return None
    return Standing(standing.best[1], tuple(detector for _, detector in standing.tied), standing.judged)


def rank_runs(inputs: Inputs, runs: Sequence[ArmRun], measure: Measure) -> RunStanding | None:
    """The best of some runs; only those of the same arm meet the same resamples, and are compared in pairs."""
    values = {run: inputs.estimate(*run, measure).value for run in runs}
    known = {run: value for run, value in values.items() if value is not None}
    if not known:
        return None
    best = max(known, key=lambda run: known[run])
    told = {
        run: _difference(inputs, best, run, measure, shift=int(run[0] != best[0])).told for run in known if run != best
    }
    tied = tuple(run for run, apart in told.items() if apart is False)
    return RunStanding(best, tied, all(apart is not None for apart in told.values()))


def mark_of(standing: RunStanding | None, run: tuple[str | None, str]) -> Literal["", "best", "tied"]:
    """How a run's number is marked in a column; where too little is known to tell, the best alone."""
    if standing is None:
        return ""
    if run == standing.best:
        return "best"
    return "tied" if standing.judged and run in standing.tied else ""


def _difference(inputs: Inputs, one: ArmRun, other: ArmRun, measure: Measure, *, shift: int) -> Difference:
    """`shift`: by how many places the second's resamples are moved, so that none meets its own."""
    ours, theirs = inputs.estimate(*one, measure), inputs.estimate(*other, measure)
    if ours.value is None or theirs.value is None:
        return Difference(None)
    value = ours.value - theirs.value
    pair = [inputs.resampled(*run, measure) for run in (one, other)]
    if not all(len(each) for each in pair) or len(pair[0]) != len(pair[1]):
        return Difference(value)
    low, high = _interval(pair[0] - np.roll(pair[1], shift), inputs.evaluate.confidence)
    enough = all(each.resampled == "blocks" or each.folds >= FEWEST_FOLDS for each in (ours, theirs))
    told = None if low is None or high is None or not enough else low > 0 or high < 0
    return Difference(value, low, high, told)


def _interval(values: Floats1D, confidence: float) -> tuple[float | None, float | None]:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None, None
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
