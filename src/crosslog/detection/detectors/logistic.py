"""Logistic regression on the support alone (L2-penalised, scikit-learn), on distinct texts weighted by their events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import count_texts
from crosslog.detection.learning.linear import LinearDetector


@dataclass(frozen=True)
class Logistic(LinearDetector):
    """What 2,000 labels and a good encoder give without any transfer."""

    small: ClassVar[Mapping[str, Any]] = {"inverse_penalty": 1.0, "balanced": False, "max_iterations": 1000}

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Fit on the support."""
        counts = count_texts([support])
        return replace(self, state=self.fit_regression(counts, np.ones(len(counts.vectors))))
