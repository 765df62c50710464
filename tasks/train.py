"""Stage train: fit detectors on an experiment's source episodes, per target and seed, and save what they learnt."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from crosslog import artifacts, sources
from crosslog.detection.episodes.building import build_source_episodes
from crosslog.faults import exit_in_words
from crosslog.settings import Settings
from tasks import _jobs
from tasks._episodes import block_of, read_bundle, record_seconds, seeded
from tasks._jobs import Job


def main(name: str, *detectors: str) -> None:
    """Write data/fitted/<name>: a folder per arm and detector."""
    _jobs.run_jobs(_jobs.Stage("train", outputs, of_arm, of_job, fit_detector, _jobs.is_network), name, detectors)


def outputs(job: Job) -> tuple[Path, ...]:
    """The folder of a detector's states."""
    return (artifacts.fitted_path(*job, "", 0).parent,)


def of_arm(settings: Settings, arm: str) -> dict[str, bytes]:
    """The labelled windows that are learnt from: never the target's."""
    taught = artifacts.digest_files(artifacts.episodes_folder(arm) / artifacts.SOURCES)
    return {**_jobs.describe(settings.arm(arm)), "sources": taught.encode()}


def of_job(settings: Settings, job: Job) -> dict[str, bytes]:
    """A detector's source and fields."""
    method = _jobs.module_of(settings.method_of(job.detector))
    modules = (method, build_source_episodes.__module__, fit_detector.__module__)
    block = json.dumps(block_of(settings, *job), sort_keys=True)
    return {**sources.read_sources(*modules), "detector": job.detector.encode(), "block": block.encode()}


def fit_detector(job: Job) -> None:
    """Fit a detector, once per target and seed."""
    settings = Settings.load()
    experiment, bundle = settings.arm(job.arm), read_bundle(job.arm, artifacts.SOURCES)
    seconds = []
    (folder,) = outputs(job)
    with artifacts.replace_folder(folder) as temporary:
        for target in experiment.targets:
            systems = experiment.sources_of(target)
            taught = build_source_episodes(bundle, systems, experiment.unit)
            for seed, untrained in seeded(settings, *job).items():
                start = time.perf_counter()
                state = untrained.fit(taught).state
                seconds.append(time.perf_counter() - start)
                path = artifacts.fitted_path(*job, target, seed).relative_to(folder)
                artifacts.write_state(temporary / path, state, {"sources": " ".join(systems)})
    record_seconds(*job, {"train": seconds})


if __name__ == "__main__":
    with exit_in_words():
        import_module("tasks.train").main(*sys.argv[1:])  # workers of a pool find its functions by this name
