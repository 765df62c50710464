"""Judge one detector on one experiment: numbers with intervals, mean curves, and the leak audit."""

from __future__ import annotations

import sys

import polars as pl

from crosslog.artifacts import AUDITS, CURVES, EPISODE_EVENTS, METRICS, SCORES, SOURCES, SPANS, STEPS, TARGET
from crosslog.evaluation.evaluate import evaluate
from crosslog.evaluation.levels import Run
from crosslog.settings import Settings


def main(experiment: str, detector: str) -> None:
    """Read scores and truth, write metrics, audit and curves."""
    settings = Settings.load()
    run = Run(
        experiment=experiment,
        detector=detector,
        scores=SCORES.read(experiment=experiment, detector=detector),
        steps=STEPS.read(experiment=experiment, detector=detector),
        spans=pl.concat(SPANS.read(experiment=experiment, part=part) for part in (SOURCES, TARGET)),
        events=EPISODE_EVENTS.read(experiment=experiment, part=TARGET),
    )
    result = evaluate(run, settings.evaluate)
    METRICS.write(result.metrics, experiment=experiment, detector=detector)
    AUDITS.write(result.audits, experiment=experiment, detector=detector)
    CURVES.write(result.curves, experiment=experiment, detector=detector)


if __name__ == "__main__":
    main(*sys.argv[1:])
