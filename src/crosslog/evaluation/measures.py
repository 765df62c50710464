"""Every measure of one fold at one level: decisions at both thresholds, rankings, and the label budget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crosslog.evaluation import metrics
from crosslog.evaluation.levels import Fold, Level, Units
from crosslog.evaluation.metrics import Flags
from crosslog.evaluation.thresholds import best_on_support
from crosslog.settings import EvaluateSettings

Key = tuple[str, str]
"""A metric, and where its threshold is from ("", "fixed" or "support")."""


@dataclass(frozen=True)
class Measured:
    """One fold's measures, and which query units stand behind each recall that alert families are resampled for."""

    values: Mapping[Key, float]
    flagged: Mapping[Key, Flags]


def measured(fold: Fold, level: Level, settings: EvaluateSettings) -> Measured:
    """Every measure of one fold; the same keys in the same order for each fold of a level."""
    values: dict[Key, float] = {}
    flagged: dict[Key, Flags] = {}
    for source, threshold in (("fixed", settings.threshold), ("support", from_support(fold, settings))):
        flags = fold.query.scores >= threshold
        values |= {(name, source): value for name, value in _decided(fold.query, flags, level).items()}
        if level != "window":
            flagged["recall", source] = flags
    values["auroc", ""] = metrics.auroc(fold.query.anomalous, fold.query.scores)
    values["auprc", ""] = metrics.average_precision(fold.query.anomalous, fold.query.scores)
    if level == "type":
        flags = _flagged_at_rate(fold.query, settings.type_false_positive_rate)
        values |= _ranked(fold.query, flags)
        flagged["recall_at_fpr", ""] = flags
    return Measured(values | _budget(fold), flagged)


def from_support(fold: Fold, settings: EvaluateSettings) -> float:
    """The threshold of a fold, chosen on its support alone."""
    return best_on_support(fold.support.anomalous, fold.support.scores, settings.threshold)


def _decided(query: Units, flags: Flags, level: Level) -> dict[str, float]:
    values = metrics.decision(query.anomalous, flags)._asdict()
    if level != "window":
        values["recall_seen"] = metrics.recall(query.anomalous & query.seen, flags)
        values["recall_unseen"] = metrics.recall(query.anomalous & ~query.seen, flags)
    return values


def _flagged_at_rate(query: Units, rate: float) -> Flags:
    flags = metrics.flagged_at_false_positive_rate(query.anomalous, query.scores, rate)
    return np.zeros(len(query.scores), dtype=np.bool_) if flags is None else flags


def _ranked(query: Units, flags: Flags) -> dict[Key, float]:
    """Types that the support has not seen as anomalies are ranked against all normal types of the query."""
    unseen = query.anomalous & ~query.seen
    compared = unseen | ~query.anomalous
    values = {
        "auroc_unseen": metrics.auroc(query.anomalous[compared], query.scores[compared]),
        "recall_at_fpr": metrics.recall(query.anomalous, flags),
        "recall_at_fpr_unseen": metrics.recall(unseen, flags),
    }
    if query.anomalous.all():  # no normal type, no rate of false positives
        values |= dict.fromkeys(("recall_at_fpr", "recall_at_fpr_unseen"), math.nan)
    return {(name, ""): value for name, value in values.items()}


def _budget(fold: Fold) -> dict[Key, float]:
    """Share of anomalies in the query, and how many labels of the support the detector was given."""
    labelled, query = fold.support.labelled, fold.query.anomalous
    return {
        ("anomalous", ""): float(query.mean()) if len(query) else math.nan,
        ("support_labels", ""): float(labelled.sum()),
        ("support_anomalies", ""): float((labelled & fold.support.anomalous).sum()),
    }
