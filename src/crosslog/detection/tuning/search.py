"""A search for hyper-parameters on source systems: tree-structured Parzen estimators (Bergstra et al. 2011), by Optuna.

A trial is worth the mean over the sources left out; after each it may be pruned, where it is below the median of those
before it (Golovin et al. 2017). The values in params.yaml are the first trial, so that nothing worse is ever chosen.
Each trial is drawn by a sampler with a seed of its own and sees finished trials alone, so a search that was interrupted
ends with the same history as one that was not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.storages import BaseStorage
from optuna.trial import TrialState

from crosslog.detection.detector import Detector
from crosslog.detection.episodes.scoring import score_units
from crosslog.detection.tuning.folds import SearchFold
from crosslog.detection.tuning.history import LEFT_OUT, REASON, Found, finished, found
from crosslog.detection.tuning.space import distributions, inside
from crosslog.settings import Space, TuneSettings

NAME = "search"  # of the one study that a journal holds

Judge = Callable[[NDArray[np.bool_], NDArray[np.float32]], float]
"""What (n,) scores are worth beside (n,) labels; higher is better, NaN is nothing."""


@dataclass(frozen=True)
class Problem:
    """What is searched for, and what it is judged by."""

    build: Callable[[Mapping[str, Any]], Detector]  # from drawn values, which lie over those in params.yaml
    space: Mapping[str, Space]
    folds: Sequence[SearchFold]
    judge: Judge


def search(
    problem: Problem, settings: TuneSettings, storage: BaseStorage, told: Callable[[int], None] = lambda _: None
) -> Found:
    """Go on from the trials in `storage` until there are as many as asked for; more than those do not count.

    Parameters
    ----------
    problem, settings
        What `storage` was begun with; only the number of trials may be another.
    storage
        Optuna's; nobody else may write to it.
    told
        Called with the number of finished trials after each.

    Raises
    ------
    SearchError
        If every trial failed.
    """
    default = problem.build({})
    drawn = distributions(problem.space, default)
    study = _study(settings, storage, inside(drawn, default))
    while (done := len(finished(study))) < settings.trials:
        study.sampler = TPESampler(n_startup_trials=settings.startup_trials, seed=settings.seed + done)
        trial = study.ask(dict(drawn))
        state, value = _tried(trial, problem)
        study.tell(trial, value, state)
        told(done + 1)
    return found(finished(study)[: settings.trials])


def _study(settings: TuneSettings, storage: BaseStorage, first: dict[str, Any]) -> optuna.Study:
    study = optuna.create_study(
        storage=storage,
        study_name=NAME,
        pruner=MedianPruner(n_startup_trials=settings.startup_trials),
        direction="maximize",
        load_if_exists=True,
    )
    for interrupted in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(interrupted.number, state=TrialState.FAIL)
    if not finished(study) and not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
        study.enqueue_trial(first)
    return study


def _tried(trial: optuna.Trial, problem: Problem) -> tuple[TrialState, float | None]:
    """How a trial ends and, where it comes to its end, what it is worth."""
    left_out: dict[str, float] = {}
    for fold in problem.folds:
        try:
            scores = _scores(problem.build(trial.params), fold)
        except (ValueError, RuntimeError) as error:
            trial.set_user_attr(REASON, f"{type(error).__name__}: {error}")
            return TrialState.PRUNED, None  # not FAIL, which the sampler would learn nothing from
        left_out[fold.left_out] = _worth(scores, fold, problem.judge)
        trial.set_user_attr(LEFT_OUT, left_out)
        trial.report(fmean(left_out.values()), step=len(left_out))
        if len(left_out) < len(problem.folds) and trial.should_prune():
            return TrialState.PRUNED, None
    return TrialState.COMPLETE, fmean(left_out.values())


def _scores(detector: Detector, fold: SearchFold) -> list[NDArray[np.float32]]:
    """(size,) scores of the query after each of the fold's supports."""
    fitted = detector.fit(fold.sources)
    return [
        score_units(fitted.adapt(support, fold.sources), query.withhold())
        for support, query in fold.episodes
        if query is not None
    ]


def _worth(scores: Sequence[NDArray[np.float32]], fold: SearchFold, judge: Judge) -> float:
    """Mean over the fold's episodes."""
    truths = [episode.query.truth for episode in fold.episodes if episode.query is not None]
    values = [judge(truth, each) for truth, each in zip(truths, scores, strict=True)]
    return fmean(0.0 if math.isnan(value) else float(value) for value in values)
