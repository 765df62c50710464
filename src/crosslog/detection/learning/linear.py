"""Weighted logistic regression on distinct texts, shared by the detectors that differ only in what it is fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Windows
from crosslog.detection.learning.counts import Counts, by_unit


@dataclass(frozen=True)
class Regression:
    """How logistic regression is fitted."""

    inverse_penalty: float  # scikit-learn's C
    balanced: bool  # weigh both classes equally
    max_iterations: int


def fitted(
    regression: Regression, table: NDArray[np.float32], counts: Counts, importance: NDArray[np.float64]
) -> State:
    """Fit on distinct texts: one row per text and label, weighted by its events times the text's importance.

    Parameters
    ----------
    table : (units, dim) vectors
    counts : labelled events per row of `table`
    importance : (distinct,) factor of each text's events

    Returns
    -------
    State
        `weights` (dim,) and `intercept` (1,). With a single class the weights are zero and the intercept is the
        log-odds of the share with half an event added to both (Haldane 1956).
    """
    weight = np.concatenate([counts.normal * importance, counts.anomalous * importance])
    label = np.repeat([0, 1], len(counts.ids))
    if len(set(label[weight > 0])) < 2:
        odds = (weight[label == 1].sum() + 0.5) / (weight[label == 0].sum() + 0.5)
        return {"weights": np.zeros(table.shape[1]), "intercept": np.log([odds])}
    return _solved(regression, np.tile(table[counts.ids], (2, 1)), label, weight)


def linear_scores(state: State, windows: Windows) -> NDArray[np.float32]:
    """(slots,) probabilities of an anomaly."""
    weights, intercept = state["weights"], state["intercept"]
    return by_unit(windows, lambda vectors: 1 / (1 + np.exp(-(vectors @ weights + intercept))))


def _solved(
    regression: Regression, vectors: NDArray[np.float32], label: NDArray[np.int64], weight: NDArray[np.float64]
) -> State:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  a second of start-up that score does not need

    kept = weight > 0
    solver = LogisticRegression(
        C=regression.inverse_penalty,
        class_weight="balanced" if regression.balanced else None,
        max_iter=regression.max_iterations,
    )
    solver.fit(vectors[kept].astype(np.float64), label[kept], sample_weight=weight[kept])
    return {"weights": solver.coef_[0].copy(), "intercept": solver.intercept_.copy()}
