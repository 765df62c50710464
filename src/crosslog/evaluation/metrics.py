"""Measures of a ranking or of a decision over units, exact where scores are equal; NaN where a measure is undefined.

A measure is undefined where there is nothing to find: precision, recall and F1 without any anomaly, rankings with a
single class. Average precision is the sum of (R_n - R_{n-1}) P_n over distinct scores (no interpolation).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Scores = NDArray[np.float64]

RECALL_GRID: Scores = np.arange(101) / 100  # where precision-recall curves are read


class Decision(NamedTuple):
    """What a set of flagged units is worth."""

    precision: float
    recall: float
    f1: float


def decision(anomalous: Flags, flagged: Flags) -> Decision:
    """Precision, recall and F1 of (n,) flagged units; flagging nothing has precision 0 and F1 0."""
    positives = int(anomalous.sum())
    if not positives:
        return Decision(math.nan, math.nan, math.nan)
    hits, alarms = int((anomalous & flagged).sum()), int(flagged.sum())
    return Decision(hits / alarms if alarms else 0.0, hits / positives, 2 * hits / (positives + alarms))


def recall(anomalous: Flags, flagged: Flags) -> float:
    """Share of the anomalous units that are flagged."""
    positives = int(anomalous.sum())
    return int((anomalous & flagged).sum()) / positives if positives else math.nan


class OperatingPoints(NamedTuple):
    """What each distinct score flags when it is the threshold (score >= threshold), highest threshold first."""

    thresholds: Scores
    hits: NDArray[np.int64]
    alarms: NDArray[np.int64]


def operating_points(anomalous: Flags, scores: Scores) -> OperatingPoints:
    """Every decision that a threshold on (n,) scores can make, n >= 1."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.append(np.diff(ranked) != 0, True))
    return OperatingPoints(ranked[ends], np.cumsum(anomalous[order], dtype=np.int64)[ends], ends + 1)


def auroc(anomalous: Flags, scores: Scores) -> float:
    """Chance that an anomaly scores above a normal unit, equal scores counting one half."""
    positive, negative = scores[anomalous], np.sort(scores[~anomalous])
    if not len(positive) or not len(negative):
        return math.nan
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.sum() / (2 * len(positive) * len(negative)))


def average_precision(anomalous: Flags, scores: Scores) -> float:
    """Area under the precision-recall curve as average precision."""
    if not anomalous.any():
        return math.nan
    points = operating_points(anomalous, scores)
    gained = np.diff(points.hits, prepend=0)
    return float((gained * points.hits / points.alarms).sum() / anomalous.sum())


def precision_on_grid(anomalous: Flags, scores: Scores) -> Scores:
    """(101,) best precision at each recall of `RECALL_GRID` or any higher one; NaN without anomalies."""
    if not anomalous.any():
        return np.full(len(RECALL_GRID), math.nan)
    points = operating_points(anomalous, scores)
    best = np.maximum.accumulate((points.hits / points.alarms)[::-1])[::-1]
    # In whole hits, so that a recall such as 7/10 is met exactly.
    needed = np.ceil(RECALL_GRID * int(anomalous.sum()) - 1e-9)
    return np.asarray(best[np.searchsorted(points.hits, needed, "left")])


def flagged_at_false_positive_rate(anomalous: Flags, scores: Scores, rate: float) -> Flags | None:
    """The (n,) units flagged by the lowest threshold that flags at most this share of the normal ones.

    The threshold is read off the normal units that are judged, so what follows from it measures a ranking, as AUROC
    does, and not a decision that anyone could have taken. Equal scores are flagged together or not at all. None
    where there is no normal unit.
    """
    normal = np.sort(scores[~anomalous])[::-1]
    if not len(normal):
        return None
    allowed = math.floor(rate * len(normal) + 1e-9)
    return np.asarray(scores > normal[allowed])
