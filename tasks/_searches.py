"""What the stage tune searches for: a detector's problem on some folds, and the fingerprint of all that it hangs on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crosslog import artifacts, plugins
from crosslog.detection.detector import Detector
from crosslog.detection.split import Split
from crosslog.detection.tuning.folds import SearchFold
from crosslog.evaluation import metrics
from crosslog.settings import Experiment, Settings
from crosslog.sources import digest_contents, read_sources
from tasks import _jobs
from tasks._episodes import set_up_networks

if TYPE_CHECKING:
    from crosslog.detection.tuning.search import Problem


def problem_of(settings: Settings, detector: str, folds: Sequence[SearchFold]) -> Problem:
    """A detector's search, with one seed: the mean of F1 at the fixed threshold and of average precision.

    F1 alone is 0 in wide regions of a space, wherever nothing reaches the threshold, and does not say where to go.
    """
    from crosslog.detection.tuning.search import Problem  # noqa: PLC0415  optuna, where something is tuned

    set_up_networks(detector)
    block = _block(settings, detector)

    def build(drawn: Mapping[str, Any]) -> Detector:
        made: Detector = plugins.build("detection.detectors", detector, {**block, **drawn})
        return made

    def judge(labels: NDArray[np.bool_], scores: NDArray[np.float32]) -> float:
        exact = scores.astype(np.float64)
        f1 = metrics.compute_f1(labels, exact >= settings.evaluate.threshold)
        return (f1 + metrics.compute_average_precision(labels, exact)) / 2

    return Problem(build, settings.tune.spaces[detector], folds, judge)


def journal_of(settings: Settings, detector: str, tuned_on: Experiment) -> Path:
    """The journal of a detector's search on an experiment's sources; two that would find the same share one."""
    folder = artifacts.episodes_folder(tuned_on.search_arm) / artifacts.SOURCES
    modules = (_jobs.module_of(detector), "crosslog.detection.tuning.search", metrics.__name__)
    rest = json.dumps(_rest(settings, detector, tuned_on), sort_keys=True).encode()
    code = {**read_sources(*modules), "judge": Path(__file__).read_bytes()}
    taught = artifacts.digest_files(folder).encode()
    return artifacts.journal_path(digest_contents({**code, "bundle": taught, "settings": rest}))


def _block(settings: Settings, detector: str) -> dict[str, Any]:
    """The block in params.yaml, and the search's seed where the detector draws random numbers."""
    fields = {field.name for field in dataclasses.fields(plugins.load("detection.detectors", detector))}
    return {**settings.detectors[detector], **({"seed": settings.tune.seed} if "seed" in fields else {})}


def _rest(settings: Settings, detector: str, tuned_on: Experiment) -> dict[str, Any]:
    """Everything else that can change what is found: not the number of trials, which may be raised later."""
    tune = settings.tune
    assert isinstance(tuned_on.split, Split), f"{tuned_on.split} is no split"
    return {
        "detector": [detector, _block(settings, detector)],
        "space": {field: space.model_dump(mode="json") for field, space in tune.spaces[detector].items()},
        "tune": [tune.seed, tune.startup_trials],
        "folds": [tuned_on.unit, tuned_on.split.support_units],
        "threshold": settings.evaluate.threshold,
        "versions": {library: version(library) for library in (*_jobs.LIBRARIES, "optuna")},
    }
