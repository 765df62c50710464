"""Measures of a ranking or of a decision over units, exact where scores are equal; NaN where a measure is undefined.

A measure is undefined where there is nothing to find: precision, recall and F1 without any anomaly, rankings with a
single class. Average precision is the sum of (R_n - R_{n-1}) P_n over distinct scores (no interpolation).

Each takes how often every unit counts in each of r resamples, (r, n), and gives (r,) values; `ONCE` stands for each
unit once.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

RECALL_GRID: Floats = np.arange(101) / 100  # where precision-recall curves are read


class Decision(NamedTuple):
    """What a set of flagged units is worth, in each resample."""

    precision: Floats
    recall: Floats
    f1: Floats


def count_once(units: int) -> Floats:
    """(1, n) weights with which each unit counts once."""
    return np.ones((1, units))


def judge_decision(anomalous: Flags, flagged: Flags, weights: Floats) -> Decision:
    """Precision, recall and F1 of (n,) flagged units; flagging nothing has precision 0 and F1 0."""
    positives, alarms, hits = (weights @ flags.astype(float) for flags in (anomalous, flagged, anomalous & flagged))
    precision = np.where(positives > 0, _divide(hits, alarms, 0.0), math.nan)
    f1 = np.where(positives > 0, 2 * _divide(hits, positives + alarms), math.nan)
    return Decision(precision, _divide(hits, positives), f1)


def judge_recall(anomalous: Flags, flagged: Flags, weights: Floats) -> Floats:
    """Share of the anomalous units that are flagged."""
    return judge_decision(anomalous, flagged, weights).recall


def compute_f1(anomalous: Flags, flagged: Flags) -> float:
    """F1 of (n,) flagged units, each counted once."""
    return float(judge_decision(anomalous, flagged, count_once(len(anomalous))).f1[0])


class Ranking:
    """(n,) units, n >= 1, in order of their scores, equal ones together."""

    def __init__(self, anomalous: Flags, scores: Floats) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        self._ends = np.flatnonzero(np.append(np.diff(ranked) != 0, True)) if len(scores) else np.zeros(0, np.int64)
        self._anomalous = anomalous[self._order].astype(float)
        self.thresholds: Floats = ranked[self._ends]

    def hits_and_alarms(self, weights: Floats) -> tuple[Floats, Floats]:
        """(r, distinct) anomalous units and all units at or above each distinct score, highest first."""
        ranked = weights[:, self._order]
        return np.cumsum(ranked * self._anomalous, axis=1)[:, self._ends], np.cumsum(ranked, axis=1)[:, self._ends]

    def auroc(self, weights: Floats) -> Floats:
        """Chance that an anomaly scores above a normal unit, equal scores counting one half."""
        hits, alarms = self.hits_and_alarms(weights)
        gained, normal = np.diff(hits, prepend=0, axis=1), alarms - hits
        positives, negatives = (values[:, -1] if values.size else np.zeros(len(weights)) for values in (hits, normal))
        below = 2 * negatives[:, None] - normal - (normal - np.diff(normal, prepend=0, axis=1))
        return _divide((gained * below).sum(axis=1), 2 * positives * negatives)

    def average_precision(self, weights: Floats) -> Floats:
        """Area under the precision-recall curve as average precision."""
        hits, alarms = self.hits_and_alarms(weights)
        gained = np.diff(hits, prepend=0, axis=1)
        positives = hits[:, -1] if hits.size else np.zeros(len(weights))
        return _divide((gained * _divide(hits, alarms, 0.0)).sum(axis=1), positives)

    def precision_on_grid(self) -> Floats:
        """(101,) best precision at each recall of `RECALL_GRID` or any higher one; NaN without anomalies."""
        (hits,), (alarms,) = self.hits_and_alarms(count_once(len(self._order)))
        if not len(hits) or not hits[-1]:
            return np.full(len(RECALL_GRID), math.nan)
        best = np.maximum.accumulate((hits / alarms)[::-1])[::-1]
        # In whole hits, so that a recall such as 7/10 is met exactly.
        needed = np.ceil(RECALL_GRID * hits[-1] - 1e-9)
        return np.asarray(best[np.searchsorted(hits, needed, "left")])


def compute_auroc(anomalous: Flags, scores: Floats) -> float:
    """`Ranking.auroc`, each unit counted once."""
    return float(Ranking(anomalous, scores).auroc(count_once(len(scores)))[0])


def compute_average_precision(anomalous: Flags, scores: Floats) -> float:
    """`Ranking.average_precision`, each unit counted once."""
    return float(Ranking(anomalous, scores).average_precision(count_once(len(scores)))[0])


def find_rate_thresholds(anomalous: Flags, scores: Floats, rate: float, weights: Floats) -> Floats:
    """(r,) scores above which at most this share of the normal units lies; NaN where there is no normal one.

    The threshold is read off the normal units that are judged, so what follows from it measures a ranking, as AUROC
    does, and not a decision that anyone could have taken. Equal scores are flagged together or not at all.
    """
    normal = np.flatnonzero(~anomalous)
    normal = normal[np.argsort(-scores[normal], kind="stable")]
    counted = np.cumsum(weights[:, normal], axis=1)
    if not counted.size:
        return np.full(len(weights), math.nan)
    allowed = np.floor(rate * counted[:, -1] + 1e-9)
    place = np.minimum((counted <= allowed[:, None]).sum(axis=1), len(normal) - 1)
    return np.where(counted[:, -1] > 0, scores[normal][place], math.nan)


def _divide(numerator: Floats, denominator: Floats, undefined: float = math.nan) -> Floats:
    out = np.full(np.broadcast(numerator, denominator).shape, undefined)
    return np.asarray(np.divide(numerator, denominator, out=out, where=denominator > 0))
