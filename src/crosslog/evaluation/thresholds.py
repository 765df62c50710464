"""Thresholds that are known before a query is seen: the fixed one, or the one with the best F1 on the support."""

from __future__ import annotations

import numpy as np

from crosslog.evaluation.metrics import Flags, Floats, Ranking, count_once


def choose_threshold(anomalous: Flags, scores: Floats, fixed: float) -> float:
    """The threshold with the best F1 on (n,) support units; a unit is flagged when score >= threshold.

    It lies half-way between the lowest score that it flags and the next lower one. Of thresholds with the same F1 the
    highest is taken: the fewest alarms. A support without any anomaly says nothing, and `fixed` is returned.
    """
    if not anomalous.any():
        return fixed
    ranking = Ranking(anomalous, scores)
    (hits,), (alarms,) = ranking.hits_and_alarms(count_once(len(scores)))
    best = int(np.argmax(2 * hits / (alarms + int(anomalous.sum()))))
    return float(ranking.thresholds[best : best + 2].mean())
