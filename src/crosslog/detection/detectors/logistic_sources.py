"""Logistic regression on the support and the sources together: the plainest transfer there is (L2, scikit-learn)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import LabelCounts, count_texts
from crosslog.detection.learning.linear import LinearDetector
from crosslog.ranges import Weight


@dataclass(frozen=True)
class LogisticSources(LinearDetector):
    """Pools what is labelled; an event of the support counts `support_weight` times one of a source."""

    small: ClassVar[Mapping[str, Any]] = {
        "inverse_penalty": 1.0,
        "balanced": False,
        "max_iterations": 1000,
        "support_weight": 10.0,
    }

    support_weight: Weight

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Fit on the sources alone."""
        pooled = _pool(sources)
        return replace(self, state=self.fit_regression(pooled, np.ones(len(pooled.vectors))))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Fit on sources and support."""
        pooled, own = _pool(sources), count_texts([support])
        both = LabelCounts(
            np.concatenate([pooled.vectors, own.vectors]),
            np.concatenate([pooled.normal, own.normal]),
            np.concatenate([pooled.anomalous, own.anomalous]),
        )
        importance = np.repeat([1.0, self.support_weight], [len(pooled.vectors), len(own.vectors)])
        return replace(self, state=self.fit_regression(both, importance))


def _pool(sources: Sequence[Episode]) -> LabelCounts:
    return count_texts([windows for episode in sources for windows in episode.parts])
