"""Weighted logistic regression on distinct texts, shared by the detectors that differ only in what it is fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector, State
from crosslog.detection.events import Windows
from crosslog.detection.learning.counts import LabelCounts, score_texts
from crosslog.ranges import Count, Rate


@dataclass(frozen=True)
class LinearDetector(Detector):
    """Logistic regression: how it is fitted, and what it says of new texts."""

    inverse_penalty: Rate  # scikit-learn's C
    balanced: bool  # weigh both classes equally
    max_iterations: Count

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) probabilities of an anomaly."""
        weights, intercept = self.state["weights"], self.state["intercept"]
        return score_texts(windows, lambda vectors: 1 / (1 + np.exp(-(vectors @ weights + intercept))))

    def fit_regression(self, counts: LabelCounts, importance: NDArray[np.float64]) -> State:
        """Fit on distinct texts: one row per text and label, weighted by its events times the text's importance.

        Parameters
        ----------
        counts : labelled events per text
        importance : (distinct,) factor of each text's events

        Returns
        -------
        State
            `weights` (dim,) and `intercept` (1,). With a single class the weights are zero and the intercept is the
            log-odds of the share with half an event added to both (Haldane 1956).
        """
        weight = np.concatenate([counts.normal * importance, counts.anomalous * importance])
        label = np.repeat([0, 1], len(counts.vectors))
        if len(set(label[weight > 0])) < 2:
            odds = (weight[label == 1].sum() + 0.5) / (weight[label == 0].sum() + 0.5)
            return {"weights": np.zeros(counts.vectors.shape[1]), "intercept": np.log([odds])}
        return self._solve(np.tile(counts.vectors, (2, 1)), label, weight)

    def _solve(self, vectors: NDArray[np.float32], label: NDArray[np.int64], weight: NDArray[np.float64]) -> State:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  a second of start-up that score spares

        kept = weight > 0
        solver = LogisticRegression(
            C=self.inverse_penalty,
            class_weight="balanced" if self.balanced else None,
            max_iter=self.max_iterations,
        )
        solver.fit(vectors[kept].astype(np.float64), label[kept], sample_weight=weight[kept])
        return {"weights": solver.coef_[0].copy(), "intercept": solver.intercept_.copy()}
