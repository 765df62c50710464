"""Logistic regression on the support and the sources together: the plainest transfer there is (L2, scikit-learn)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.counts import Counts, unit_counts
from crosslog.detection.learning.linear import Regression, fitted, linear_scores


@dataclass(frozen=True)
class LogisticSources:
    """Pools what is labelled; an event of the support counts `support_weight` times one of a source."""

    inverse_penalty: float
    balanced: bool
    max_iterations: int
    support_weight: float
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Fit on the sources alone."""
        counts = unit_counts([windows for episode in sources for windows in episode.parts])
        return self._fitted(sources[0].support.table, counts, np.ones(len(counts.ids)))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Fit on sources and support."""
        pooled = unit_counts([windows for episode in sources for windows in episode.parts])
        own = unit_counts([support])
        both = Counts(*(np.concatenate(pair) for pair in zip(pooled, own, strict=True)))
        importance = np.repeat([1.0, self.support_weight], [len(pooled.ids), len(own.ids)])
        return self._fitted(support.table, both, importance)

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) probabilities of an anomaly."""
        return linear_scores(self.state, windows)

    def _fitted(self, table: NDArray[np.float32], counts: Counts, importance: NDArray[np.float64]) -> Self:
        regression = Regression(self.inverse_penalty, self.balanced, self.max_iterations)
        return replace(self, state=fitted(regression, table, counts, importance))
