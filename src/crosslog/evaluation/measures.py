"""Every measure of one fold at one level: decisions at both thresholds, rankings, and the label budget."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from crosslog.evaluation.levels import Fold, UnitScores
from crosslog.evaluation.metrics import (
    Flags,
    Floats,
    Ranking,
    count_once,
    find_rate_thresholds,
    judge_decision,
    judge_recall,
)
from crosslog.evaluation.thresholds import choose_threshold
from crosslog.settings import EvaluateSettings, Level

Key = tuple[str, str]
"""A metric, and where its threshold is from ("", "fixed" or "support")."""


class Measurement:
    """A fold's measures, for its query as it is or for resamples of its units; thresholds stay as they were chosen."""

    def __init__(self, fold: Fold, level: Level, settings: EvaluateSettings) -> None:
        self._fold, self._level, self._rate = fold, level, settings.type_false_positive_rate
        query = fold.query
        self._flags = {
            "fixed": query.scores >= settings.threshold,
            "support": query.scores >= choose_fold_threshold(fold, settings),
        }
        self._ranking = Ranking(query.anomalous, query.scores)
        self._unseen = query.anomalous & ~query.seen
        compared = self._unseen | ~query.anomalous
        self._compared, self._unseen_ranking = compared, Ranking(query.anomalous[compared], query.scores[compared])

    @property
    def size(self) -> int:
        """Units of the query."""
        return len(self._fold.query)

    def values(self) -> dict[Key, float]:
        """Every measure; the same keys in the same order for each fold of a level."""
        once = {key: float(each[0]) for key, each in self.resampled(count_once(len(self._fold.query))).items()}
        return once | dict(self._budget())

    def resampled(self, weights: Floats) -> dict[Key, Floats]:
        """(r,) of each measure that hangs on which units there are, from how often each counts, (r, n)."""
        return dict(self._decided(weights)) | dict(self._ranked(weights))

    def flagged(self) -> Mapping[Key, Flags]:
        """Which query units stand behind each recall that alert families are resampled for."""
        query = self._fold.query
        flags = {("recall", source): flags for source, flags in self._flags.items()}
        if self._level == "type":
            (threshold,) = find_rate_thresholds(query.anomalous, query.scores, self._rate, count_once(len(query)))
            flags["recall_at_fpr", ""] = query.scores > threshold
        return flags

    def _decided(self, weights: Floats) -> Iterator[tuple[Key, Floats]]:
        query = self._fold.query
        for source, flags in self._flags.items():
            for name, values in judge_decision(query.anomalous, flags, weights)._asdict().items():
                yield (name, source), values
            yield ("recall_seen", source), judge_recall(query.anomalous & query.seen, flags, weights)
            yield ("recall_unseen", source), judge_recall(self._unseen, flags, weights)

    def _ranked(self, weights: Floats) -> Iterator[tuple[Key, Floats]]:
        yield ("auroc", ""), self._ranking.auroc(weights)
        yield ("auprc", ""), self._ranking.average_precision(weights)
        if self._level == "type":
            yield from self._types(weights)

    def _types(self, weights: Floats) -> Iterator[tuple[Key, Floats]]:
        """Types that the support has not seen as anomalies are ranked against all normal types of the query."""
        query = self._fold.query
        yield ("auroc_unseen", ""), self._unseen_ranking.auroc(weights[:, self._compared])
        thresholds = find_rate_thresholds(query.anomalous, query.scores, self._rate, weights)
        above = query.scores > thresholds[:, None]  # nothing is above NaN: no normal type, no rate of false positives
        for name, which in (("recall_at_fpr", query.anomalous), ("recall_at_fpr_unseen", self._unseen)):
            total = (weights * which).sum(axis=1)
            found = (weights * which * above).sum(axis=1)
            known = (total > 0) & ~np.isnan(thresholds)
            yield (name, ""), np.where(known, found / np.where(total > 0, total, 1), math.nan)

    def _budget(self) -> Iterator[tuple[Key, float]]:
        """Share of anomalies and of anomalies seen in the query, and labels of the support that the detector had."""
        support, query = self._fold.support, self._fold.query
        yield ("anomalous", ""), _share(query.anomalous)
        yield ("anomalies_seen", ""), _share(query.seen[query.anomalous])
        yield ("support_labels", ""), float(support.labelled.sum())
        yield ("support_anomalies", ""), float((support.labelled & support.anomalous).sum())


def choose_fold_threshold(fold: Fold, settings: EvaluateSettings) -> float:
    """The threshold of a fold, chosen on its support alone."""
    support: UnitScores = fold.support
    return choose_threshold(support.anomalous, support.scores, settings.threshold)


def _share(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else math.nan
