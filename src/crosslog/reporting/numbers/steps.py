"""F1 by adaptation step: means over episodes and seeds, with percentile intervals over resampled episodes.

Intervals of scores lie in the artifacts; those of steps are made here, by the plain bootstrap (Efron 1979) of episodes'
means over their seeds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.reporting.document.chapter import Cell, Grid, Row
from crosslog.reporting.numbers.inputs import Estimate, Inputs
from crosslog.reporting.numbers.measures import number_cell, percent
from crosslog.settings import EvaluateSettings

StepValues = NDArray[np.float64]
F1_OF_COUNTS = 2 * pl.col("hits") / (pl.col("alarms") + pl.col("anomalous"))
STEP_QUERY = ("target", "episode")
STEP_HEAD = (
    "Steps",
    "F1 before the first",
    "F1 after the last",
    "F1 of the best step of each query",
    "What choosing adds",
)


class StepCurve(NamedTuple):
    """F1 of a detector by step, from step 0; (steps,) each, the ends NaN with fewer than two episodes."""

    detector: str
    steps: StepValues
    mean: StepValues
    low: StepValues
    high: StepValues


def stepwise(inputs: Inputs, experiment: str) -> list[str]:
    """The detectors that adapt in steps in an experiment."""
    known = set(inputs.steps.filter(pl.col("anomalous") > 0, experiment=experiment)["detector"])
    return [detector for detector in inputs.suite.detectors_of(experiment) if detector in known]


def step_curve(inputs: Inputs, experiment: str, detector: str) -> StepCurve:
    """A detector's mean F1 by step."""
    steps = _f1(inputs, experiment, detector).group_by("step", *STEP_QUERY).agg(pl.col("f1").mean())
    wide = steps.sort("step", *STEP_QUERY).pivot("step", index=STEP_QUERY, values="f1", sort_columns=False)
    values = wide.drop(STEP_QUERY).to_numpy()
    numbers = np.array(wide.columns[len(STEP_QUERY) :], dtype=float)
    return StepCurve(detector, numbers, values.mean(axis=0), *interval(values, inputs.evaluate))


def _f1(inputs: Inputs, experiment: str, detector: str) -> pl.DataFrame:
    """F1 by seed, episode and step; queries without an anomaly have none."""
    rows = inputs.steps.filter(pl.col("anomalous") > 0, experiment=experiment, detector=detector)
    return rows.select("seed", *STEP_QUERY, "step", f1=F1_OF_COUNTS).sort("seed", *STEP_QUERY, "step")


def interval(values: StepValues, settings: EvaluateSettings) -> tuple[StepValues, StepValues]:
    """Ends of the central percentile interval of the mean of (episodes, k) values; every call draws the same."""
    episodes, width = values.shape
    if episodes < 2:
        return np.full(width, np.nan), np.full(width, np.nan)
    drawn = np.random.default_rng(settings.seed).integers(episodes, size=(settings.resamples, episodes))
    means = values[drawn].mean(axis=1)
    low, high = np.quantile(means, [(1 - settings.confidence) / 2, (1 + settings.confidence) / 2], axis=0)
    return low, high


def step_grid(inputs: Inputs, experiment: str) -> Grid:
    """What the first, the last and the best step come to, for each detector that has steps."""
    rows = tuple(
        Row(detector, _cells(inputs, experiment, detector), detector) for detector in stepwise(inputs, experiment)
    )
    name = f"{inputs.name_of(experiment)}{inputs.condition(experiment)}"
    return Grid(f"By adaptation step, {name}: {inputs.marked_targets(experiment)}", STEP_HEAD, rows)


def _cells(inputs: Inputs, experiment: str, detector: str) -> tuple[Cell, ...]:
    folds = _f1(inputs, experiment, detector).group_by("seed", *STEP_QUERY, maintain_order=True)
    f1 = pl.col("f1")
    compared = folds.agg(first=f1.first(), last=f1.last(), best=f1.filter(pl.col("step") > 0).max())
    compared = compared.with_columns(gain=pl.col("best") - pl.col("last"))
    values = compared.group_by(STEP_QUERY, maintain_order=True).mean().drop("seed", *STEP_QUERY).to_numpy()
    low, high = interval(values, inputs.evaluate)
    ends = zip(values.mean(axis=0), low, high, strict=True)
    numbers = [Estimate(_or_none(mean), _or_none(least), _or_none(most)) for mean, least, most in ends]
    last_step = inputs.steps.filter(experiment=experiment, detector=detector)["step"].max()
    return Cell(str(last_step)), *map(number_cell, numbers)


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def resampling(inputs: Inputs) -> str:
    """What bands and brackets are."""
    settings = inputs.evaluate
    return f"the central {percent(settings.confidence)} of the means of {settings.resamples:,} resamples of episodes"
