"""Stage evaluate: each detector's numbers on an experiment, with intervals, and the leak audit."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from crosslog import artifacts, sources
from crosslog.evaluation.evaluate import evaluate
from crosslog.evaluation.levels import Run
from crosslog.faults import exit_in_words
from crosslog.settings import Settings
from tasks import _jobs, score
from tasks._jobs import Job

TABLES = (artifacts.METRICS, artifacts.AUDITS, artifacts.CURVES, artifacts.RESAMPLES)


def main(name: str, *detectors: str) -> None:
    """Write <name> in data/metrics, data/audits, data/curves and data/resamples: a frame per arm and detector."""
    _jobs.run_jobs(_jobs.Stage("evaluate", outputs, of_arm, of_job, evaluate_detector, bool), name, detectors)


def outputs(job: Job) -> tuple[Path, ...]:
    """The frames of a detector."""
    return tuple(table.at(experiment=job.arm, detector=job.detector) for table in TABLES)


def of_arm(settings: Settings, arm: str) -> dict[str, bytes]:
    """The windows and their labels, and how they are judged."""
    return {
        **sources.read_sources(evaluate.__module__, evaluate_detector.__module__, _jobs.MEANING),
        "experiment": settings.arm(arm).model_dump_json(exclude=_jobs.OF_OTHERS).encode(),
        "settings": settings.evaluate.model_dump_json().encode(),
        "episodes": artifacts.read_digest(artifacts.episodes_folder(arm)),
    }


def of_job(_settings: Settings, job: Job) -> dict[str, bytes]:
    """What a detector said of them."""
    return {"detector": job.detector.encode(), "scores": artifacts.read_digest(score.outputs(job)[0])}


def evaluate_detector(job: Job) -> None:
    """Judge a detector's scores."""
    settings = Settings.load()
    names = {"experiment": job.arm, "detector": job.detector}
    run = Run(
        **names,
        settings=settings.arm(job.arm),
        scores=artifacts.SCORES.read(**names),
        steps=artifacts.STEPS.read(**names),
        windows=artifacts.EPISODE_WINDOWS.read(experiment=job.arm, part=artifacts.TARGET),
        events=artifacts.EPISODE_EVENTS.read(experiment=job.arm, part=artifacts.TARGET),
        taught=artifacts.EPISODE_WINDOWS.read(experiment=job.arm, part=artifacts.SOURCES),
    )
    found = evaluate(run, settings.evaluate)
    for table, frame in zip(TABLES, (found.metrics, found.audits, found.curves, found.resamples), strict=True):
        table.write(frame, **names)


if __name__ == "__main__":
    with exit_in_words():
        import_module("tasks.evaluate").main(*sys.argv[1:])  # workers of a pool find its functions by this name
