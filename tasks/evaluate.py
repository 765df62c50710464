"""Stage evaluate: a detector's numbers on an experiment, with intervals, and the leak audit."""

from __future__ import annotations

import sys

from crosslog import artifacts
from crosslog.evaluation.evaluate import evaluate
from crosslog.evaluation.levels import Run
from crosslog.settings import Settings


def main(name: str, detector: str) -> None:
    """Write reports/metrics, reports/audits, data/curves and data/resamples of <name> and <detector>."""
    settings, names = Settings.load(), {"experiment": name, "detector": detector}
    run = Run(
        **names,
        settings=settings.experiment(name),
        scores=artifacts.SCORES.read(**names),
        steps=artifacts.STEPS.read(**names),
        windows=artifacts.EPISODE_WINDOWS.read(experiment=name, part=artifacts.TARGET),
        events=artifacts.EPISODE_EVENTS.read(experiment=name, part=artifacts.TARGET),
        taught=artifacts.EPISODE_WINDOWS.read(experiment=name, part=artifacts.SOURCES),
    )
    found = evaluate(run, settings.evaluate)
    artifacts.METRICS.write(found.metrics, **names)
    artifacts.AUDITS.write(found.audits, **names)
    artifacts.CURVES.write(found.curves, **names)
    artifacts.RESAMPLES.write(found.resamples, **names)


if __name__ == "__main__":
    main(*sys.argv[1:])
