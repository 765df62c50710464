"""Nearest neighbour on the support by cosine (Cover and Hart 1967, k = 1), on distinct texts.

With a and n the cosines to the nearest anomalous and the nearest normal text of the support,
score = 1/2 + (a - n) / 4, so that .5 is a tie. A class that the support lacks has cosine -1. Where one text with both
labels is the nearest of both classes, its share of anomalous events is the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import count_texts, score_texts
from crosslog.detection.learning.vectors import compare_vectors
from crosslog.vectors import normalise_vectors


@dataclass(frozen=True)
class NearestNeighbour(Detector):
    """Scores an event by the label of the support's most similar text."""

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Keep the support's distinct texts: unit vectors (distinct, dim) and the share anomalous of each."""
        counts = count_texts([support])
        return replace(self, state={"vectors": normalise_vectors(counts.vectors), "shares": counts.share})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]; .5 is a tie."""
        return score_texts(windows, self._similar)

    def _similar(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        near = compare_vectors(vectors, self.state["vectors"])
        shares: NDArray[np.float64] = self.state["shares"]
        anomalous, normal = (np.where(has, near, -np.inf) for has in (shares > 0, shares < 1))
        same = anomalous.argmax(axis=1) == normal.argmax(axis=1)
        either = same & np.isfinite(anomalous.max(axis=1)) & np.isfinite(normal.max(axis=1))
        distance = np.maximum(anomalous.max(axis=1), -1) - np.maximum(normal.max(axis=1), -1)
        scores: NDArray[np.float64] = np.where(either, shares[anomalous.argmax(axis=1)], 0.5 + distance / 4)
        return scores
