"""Thresholds that are known before a query is seen: the fixed one, or the one with the best F1 on the support."""

from __future__ import annotations

import numpy as np

from crosslog.evaluation.metrics import Flags, Scores, operating_points


def best_on_support(anomalous: Flags, scores: Scores, fixed: float) -> float:
    """The threshold with the best F1 on (n,) support units; a unit is flagged when score >= threshold.

    It lies half-way between the lowest score that it flags and the next lower one. Of thresholds with the same F1 the
    highest is taken: the fewest alarms. A support without any anomaly says nothing, and `fixed` is returned.
    """
    if not anomalous.any():
        return fixed
    points = operating_points(anomalous, scores)
    best = int(np.argmax(2 * points.hits / (points.alarms + int(anomalous.sum()))))
    return float(points.thresholds[best : best + 2].mean())
