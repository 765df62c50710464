"""What train, score and evaluate share: which detectors are as they were, and where the others are computed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from crosslog import artifacts, sources
from crosslog.executor import open_pool
from crosslog.settings import Experiment, Settings

NETWORK = "torch"
MEANING = Experiment.__module__  # of settings, the one module that says what a field leads to: cuts, levels, sources
WORTH_A_PROCESS = 2  # heavy jobs: fewer are done before another process has started
LIBRARIES = ("numpy", "polars", "scikit-learn", "torch")
WHAT_IS_SCORED = {  # what of an experiment a fitted or adapted detector hangs on, beside its bundles
    "representation", "cut", "unit", "sampling_seed", "seeds", "sources", "target", "protocol", "labels",
}  # fmt: skip
OF_OTHERS = {"base", "detectors", "tuned", "tuned_on", "protocols", "controls"}  # what no single job hangs on


class Job(NamedTuple):
    """A detector on an arm, such as `e1/honest`."""

    arm: str
    detector: str


class Stage(NamedTuple):
    """What a stage makes of one job, where it lies, and what it hangs on.

    Attributes
    ----------
    name : for people
    outputs : paths that a job makes; the key lies beside the first
    of_arm : names and contents of what all outputs of an arm hang on
    of_job : the same of one of its jobs
    work : makes the outputs; importable by name, and safe to run twice
    heavy : whether a job of a detector's file takes so long that another process may do it
    """

    name: str
    outputs: Callable[[Job], Sequence[Path]]
    of_arm: Callable[[Settings, str], Mapping[str, bytes]]
    of_job: Callable[[Settings, Job], Mapping[str, bytes]]
    work: Callable[[Job], None]
    heavy: Callable[[str], bool]


def run_jobs(stage: Stage, name: str, detectors: Sequence[str] = ()) -> None:
    """Bring the jobs of some detectors of an experiment up to date; of all, and then remove what belongs to none.

    Heavy ones are computed side by side, in the pool that the environment names; the others take less than a process.
    """
    settings = Settings.load()
    arms = settings.experiment(name).arms
    jobs = [Job(arm, each) for arm, narrowed in arms.items() for each in narrowed.detectors]
    keys = dict(_keys(stage, settings, [job for job in jobs if not detectors or job.detector in detectors]))
    stale = [job for job, key in keys.items() if not artifacts.is_current(stage.outputs(job), key)]
    heavy = [job for job in stale if stage.heavy(settings.method_of(job.detector))]
    with open_pool(os.environ, most=len(heavy) // WORTH_A_PROCESS) as pool:
        for _ in pool.ordered(_make, [(stage, job, keys[job]) for job in heavy]):
            pass
    for job in stale:
        if job not in heavy:
            _make((stage, job, keys[job]))
    if not detectors:
        _remove_others(stage, list(keys))
    sys.stderr.write(f"{stage.name} {name}: {len(stale)} made, {len(keys) - len(stale)} as they were\n")


def _keys(stage: Stage, settings: Settings, jobs: Sequence[Job]) -> Iterator[tuple[Job, str]]:
    common = {arm: stage.of_arm(settings, arm) for arm in {job.arm for job in jobs}}
    for job in jobs:
        yield job, sources.digest_contents({**common[job.arm], **stage.of_job(settings, job)})


def is_network(detector: str) -> bool:
    """Whether a detector brings torch."""
    return sources.needs_library(module_of(detector), NETWORK)


def module_of(detector: str) -> str:
    """The module of a detector."""
    return f"crosslog.detection.detectors.{detector}"


def describe(experiment: Experiment) -> dict[str, bytes]:
    """What every job hangs on, whatever the detector: libraries, and what its arm says of scoring."""
    versions = " ".join(f"{library} {version(library)}" for library in LIBRARIES)
    said = experiment.model_dump_json(include=WHAT_IS_SCORED)
    return {**sources.read_sources(MEANING), "experiment": said.encode(), "libraries": versions.encode()}


def _make(task: tuple[Stage, Job, str]) -> None:
    stage, job, key = task
    stage.work(job)
    artifacts.record_key(stage.outputs(job), key)


def _remove_others(stage: Stage, jobs: Sequence[Job]) -> None:
    kept = [path for job in jobs for path in stage.outputs(job)]
    for folder in {path.parents[1] for path in kept}:  # that of the experiment, above those of its arms
        artifacts.remove_others(folder, kept)
