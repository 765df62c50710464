"""Distance to the k-th nearest normal event of the support (Ramaswamy et al. 2000).

CroSysLog mentions k nearest neighbours, trained on the support, among the unsupervised methods. An anomaly that the
support holds would be its own neighbour, so labels are used for one thing, to leave anomalies out, as LogLead does for
its neighbour method (its `filter_anos`); a support without normal events is taken whole.

Score: d / (d + r), where r is the mean distance of the support's normal texts to their nearest other text, so that .5
is what lies as far off as one text usually does from the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import count_texts, score_texts
from crosslog.detection.learning.vectors import relate_distances
from crosslog.ranges import Count
from crosslog.vectors import normalise_vectors


@dataclass(frozen=True)
class Knn(Detector):
    """Far from what is normal."""

    small: ClassVar[Mapping[str, Any]] = {"neighbours": 3}

    neighbours: Count  # k; fewer where the support has fewer normal events

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Keep the normal texts: unit vectors (distinct, dim), events of each (distinct,) and the radius (1,)."""
        counts = count_texts([support])
        events = counts.normal if counts.normal.any() else counts.anomalous
        vectors, events = normalise_vectors(counts.vectors[events > 0]), events[events > 0]
        apart = _distances(vectors, vectors)
        np.fill_diagonal(apart, np.inf)
        radius = apart.min(axis=1).mean() if len(vectors) > 1 else 0.0
        return replace(self, state={"vectors": vectors, "events": events, "radius": np.array([radius])})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]; .5 at the radius."""
        return score_texts(windows, self._distance_to_the_kth)

    def _distance_to_the_kth(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        distances = _distances(normalise_vectors(vectors), self.state["vectors"])
        order = np.argsort(distances, axis=1, kind="stable")
        events = np.cumsum(self.state["events"][order], axis=1)
        wanted = min(self.neighbours, int(events[0, -1]))
        kth = np.take_along_axis(order, (events >= wanted).argmax(axis=1)[:, None], axis=1)
        return relate_distances(np.take_along_axis(distances, kth, axis=1)[:, 0], self.state["radius"])


def _distances(vectors: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, m) distances by differences and not products, so that a text is at 0 from itself."""
    from sklearn.metrics import DistanceMetric  # noqa: PLC0415  a second of start-up

    metric = DistanceMetric.get_metric("euclidean")
    distances: NDArray[np.float64] = metric.pairwise(vectors.astype(np.float64), known.astype(np.float64))
    return distances
