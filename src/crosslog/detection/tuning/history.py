"""What a search has tried so far, as its journal has it, and what it found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
from optuna import Study
from optuna.trial import FrozenTrial, TrialState

from crosslog.faults import UserError

REASON = "reason"  # why a trial failed
LEFT_OUT = "left_out"  # what a trial is worth on each system left out


class SearchError(UserError, ValueError):
    """No trial of a search came to its end."""


class Found(NamedTuple):
    """The values of the best trial, and the history: schemas.Trials."""

    chosen: dict[str, Any]
    trials: pl.DataFrame

    @property
    def best(self) -> float:
        """What the best trial is worth."""
        return float(self.trials.filter("chosen")["value"].item())


def finished(study: Study) -> list[FrozenTrial]:
    """The trials that count, in order: to Optuna, those that were interrupted have failed, and no others have."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def found(trials: Sequence[FrozenTrial]) -> Found:
    """The first trial of those with the highest value, and all as a frame.

    Raises
    ------
    SearchError
        If all failed; it says why the first did.
    """
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if not complete:
        raise SearchError(f"each of {len(trials)} trials failed, the first because of {trials[0].user_attrs[REASON]}")
    best = max(complete, key=lambda trial: trial.value or 0.0)
    return Found(dict(sorted(best.params.items())), _frame(trials, best))


def _frame(trials: Sequence[FrozenTrial], best: FrozenTrial) -> pl.DataFrame:
    """Trials are numbered anew: Optuna counts the interrupted ones, too."""
    return pl.DataFrame(
        {
            "trial": pl.Series(range(len(trials)), dtype=pl.UInt32),
            "state": [_state(trial) for trial in trials],
            "value": pl.Series(
                [trial.value if _state(trial) == "complete" else None for trial in trials], dtype=pl.Float64
            ),
            "left_out": [json.dumps(trial.user_attrs.get(LEFT_OUT, {})) for trial in trials],
            "values": [json.dumps(dict(sorted(trial.params.items()))) for trial in trials],
            "chosen": [trial is best for trial in trials],
        }
    )


def _state(trial: FrozenTrial) -> str:
    if REASON in trial.user_attrs:
        return "failed"
    return "complete" if trial.state == TrialState.COMPLETE else "pruned"
