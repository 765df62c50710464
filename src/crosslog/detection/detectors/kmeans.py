"""k-means with two clusters on the support's events, without their labels (Lloyd 1982; scikit-learn).

CroSysLog mentions k-means, trained on the support, as a method too weak for its tables; LogLead (Mantyla et al. 2024),
by the same group, fits two clusters to all events. Its predictions are cluster numbers, none of which it reads as an
anomaly. Here the cluster with fewer events is the anomalous one: anomalies are rare, nothing else is assumed.

Score: b / (b + s) with the distances to the big cluster's centre and to the small one's; .5 is half-way. The first
centres are the text nearest to the mean and the text farthest from that one, so no random numbers are drawn.
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
from crosslog.detection.learning.vectors import relate_distances
from crosslog.vectors import normalise_vectors


@dataclass(frozen=True)
class KMeans(Detector):
    """The smaller of two clusters is anomalous."""

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Find the clusters: `centres` (2, dim), the big one first; a support of a single text is one big cluster."""
        from sklearn.cluster import KMeans as Clusters  # noqa: PLC0415  a second of start-up

        counts = count_texts([support])
        events = counts.normal + counts.anomalous
        vectors = normalise_vectors(counts.vectors).astype(np.float64)  # the order of sums is then lost in rounding
        starts = _starts(vectors, events)
        if len(starts) < 2:
            return replace(self, state={"centres": np.vstack([starts, np.zeros_like(starts)])})
        clusters = Clusters(n_clusters=2, init=starts, n_init=1).fit(vectors, sample_weight=events)
        sizes = np.bincount(clusters.labels_, weights=events, minlength=2)
        return replace(self, state={"centres": clusters.cluster_centers_[np.argsort(-sizes, kind="stable")]})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]."""
        return score_texts(windows, self._nearness_to_the_small)

    def _nearness_to_the_small(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        big, small = (np.linalg.norm(normalise_vectors(vectors) - centre, axis=1) for centre in self.state["centres"])
        return relate_distances(big, small)


def _starts(vectors: NDArray[np.float64], events: NDArray[np.int64]) -> NDArray[np.float64]:
    """(2, dim), or (1, dim) where all texts have the same vector."""
    mean = np.average(vectors, axis=0, weights=events)
    middle = vectors[np.linalg.norm(vectors - mean, axis=1).argmin()]
    distances = np.linalg.norm(vectors - middle, axis=1)
    far = vectors[distances.argmax()]
    return np.stack([middle, far]) if distances.max() > 0 else middle[None]
