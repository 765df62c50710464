"""Isolation forest on the support's events, without their labels (Liu et al. 2008; scikit-learn).

Score: 2 ** (-E(h) / c), the paper's Eq. 2, where h is the number of random cuts that set an event apart; .5 is its
"no distinct anomaly". CroSysLog mentions the method, trained on the support, as too weak for its tables; all events
are used, as in LogLead (Mantyla et al. 2024), by the same group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.counts import by_unit


@dataclass(frozen=True)
class IsolationForest:
    """Anomalies are few and different, so random cuts isolate them early."""

    trees: int
    sample_size: int  # events a tree sees, at most
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn from sources."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Grow the trees; `forest` (1,) holds scikit-learn's own object."""
        from sklearn.ensemble import IsolationForest as Forest  # noqa: PLC0415  a second of start-up

        events = support.table[support.events.units[support.slots]]
        sample = min(self.sample_size, len(events))
        forest = Forest(n_estimators=self.trees, max_samples=sample, random_state=self.seed)
        held = np.empty(1, dtype=object)  # np.array([forest]) would take the forest apart into its trees
        held[0] = forest.fit(events)
        return replace(self, state={"forest": held})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in (0, 1)."""
        forest = self.state["forest"][0]
        return by_unit(windows, lambda vectors: -forest.score_samples(vectors))
