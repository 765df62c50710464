"""Clusters of count vectors (Lin et al. 2016): a window that is like none that is known is to be looked at.

Section 3: counts are weighed by inverse document frequency and compared by cosine. The first `bootstrap` windows are
clustered by complete linkage, cut at `distance`; each later one joins the cluster whose representative, the mean of its
windows, is nearest, if it is no farther than that, and founds one otherwise. The knowledge base keeps clusters that
have been met before: with `with_sources`, the sources' windows come first, counted over the templates of all systems,
so that a target that shares templates with them finds its windows known. Score: d / (d + distance) for the distance d
to the nearest representative, .5 at `distance`. Labels are not read; a well-known toolkit has the same decision, and
no knowledge base. Windows that hold nothing but what all of them hold have no direction; they are alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, hstack, vstack

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.count_detector import CountDetector, learn_rarity, weigh
from crosslog.detection.learning.vocabulary import learn_templates
from crosslog.ranges import Count, Rate
from crosslog.vectors import TINY


@dataclass(frozen=True)
class LogClustering(CountDetector):
    """What is far from everything seen so far."""

    small: ClassVar[Mapping[str, Any]] = {"with_sources": False, "distance": 0.3, "bootstrap": 40}

    with_sources: bool  # whether sources' clusters are in the knowledge base
    distance: Rate  # 1 - cosine
    bootstrap: Count  # windows that are clustered together

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Cluster what is known: the sources' windows, if they are asked for, and the support."""
        known = [part for episode in sources for part in episode.parts if self.with_sources]
        whole = [replace(part, unit="window") for part in [*known, support]]
        keys = np.unique(np.concatenate([learn_templates(part, np.ones(len(part), dtype=np.bool_)) for part in whole]))
        counter = replace(self, state={"keys": keys})
        counts = csr_array(vstack([counter.count(part) for part in whole]))
        return replace(self, state={"keys": keys, **self.learn(counts, np.zeros(counts.shape[0], dtype=np.bool_))})

    def learn(self, counts: csr_array, anomalous: NDArray[np.bool_]) -> State:
        """`rarity` (columns,) and `representatives` (clusters, columns + 1) of length one."""
        rarity = learn_rarity(counts)
        vectors = _point(weigh(counts, rarity))
        sums = _join(
            _cluster(vectors[: self.bootstrap].toarray(), self.distance), vectors[self.bootstrap :], self.distance
        )
        return {"rarity": rarity, "representatives": sums / np.linalg.norm(sums, axis=1, keepdims=True)}

    def judge(self, counts: csr_array) -> NDArray[np.floating]:
        """(n,) in [0, 1)."""
        vectors = _point(weigh(counts, self.state["rarity"]))
        nearest = (vectors @ self.state["representatives"].T).max(axis=1)
        distances = np.round(np.clip(1 - nearest, 0, 1), 9)
        scores: NDArray[np.floating] = distances / (distances + self.distance)
        return scores


def _cluster(vectors: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """(clusters, columns) sums of the (n, columns) vectors of each cluster, by complete linkage."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415  only where something is learnt

    if len(vectors) < 2:
        return vectors
    numbers = fcluster(linkage(vectors, "complete", metric="cosine"), distance, criterion="distance") - 1
    sums = np.zeros((numbers.max() + 1, vectors.shape[1]))
    np.add.at(sums, numbers, vectors)
    return sums


def _join(sums: NDArray[np.float64], vectors: csr_array, distance: float) -> NDArray[np.float64]:
    """The clusters' sums once each of the vectors, in turn, has joined the nearest of them or founded one."""
    count, sums = len(sums), sums.copy()
    lengths = np.linalg.norm(sums, axis=1)
    for first, last in pairwise(vectors.indptr):
        places, values = vectors.indices[first:last], vectors.data[first:last]
        likeness = (sums[:count, places] @ values) / lengths[:count]
        nearest = int(likeness.argmax())
        if 1 - likeness[nearest] > distance:
            nearest, count = count, count + 1
        if count > len(sums):
            sums = np.concatenate([sums, np.zeros_like(sums)])  # room for as many again
            lengths = np.append(lengths, np.ones_like(lengths))
        sums[nearest, places] += values
        lengths[nearest] = np.linalg.norm(sums[nearest])
    return sums[:count]


def _point(vectors: csr_array) -> csr_array:
    """(n, columns + 1) vectors of length one; the last column is that of those without a direction."""
    lengths = np.sqrt(vectors.multiply(vectors).sum(axis=1))
    nowhere = lengths < TINY
    scaled = diags_array(1 / np.where(nowhere, 1, lengths)) @ vectors
    return csr_array(hstack([scaled, csr_array(nowhere[:, None].astype(np.float64))]))
