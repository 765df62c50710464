"""Logistic regression on the support alone (L2-penalised, scikit-learn), on distinct texts weighted by their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.counts import unit_counts
from crosslog.detection.learning.linear import Regression, fitted, linear_scores


@dataclass(frozen=True)
class Logistic:
    """What 2,000 labels and a good encoder give without any transfer."""

    inverse_penalty: float
    balanced: bool
    max_iterations: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn from sources."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Fit on the support."""
        counts = unit_counts([support])
        regression = Regression(self.inverse_penalty, self.balanced, self.max_iterations)
        return replace(self, state=fitted(regression, support.table, counts, np.ones(len(counts.ids))))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) probabilities of an anomaly."""
        return linear_scores(self.state, windows)
