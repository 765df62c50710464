"""Probabilistic labels from some runs that are known to be normal (Yang et al. 2021, PLELog, section III-C).

Runs are clustered by HDBSCAN (Campello et al. 2013; scikit-learn). A cluster that holds a known normal run is normal,
any other anomalous; a run in no cluster is normal if it is the same as a known one, else anomalous. A run that its
cluster is unsure of is labelled by halves: with outlier score s its label has probability 1 - s / 2.

The authors' code takes s from the hdbscan package (GLOSH); scikit-learn gives memberships, of which 1 - membership is
the same in a cluster that has no other inside it. What is in no cluster is certain, there as here. They reduce vectors
by FastICA first: its components are whitened principal ones, turned, and distances do not change when all is turned,
so principal components are enough, and nothing is drawn at random.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crosslog.vectors import TINY


def estimate_anomalies(
    vectors: NDArray[np.floating], known: NDArray[np.bool_], cluster_size: int, components: int
) -> NDArray[np.float64]:
    """(n,) probability of being anomalous.

    Parameters
    ----------
    vectors : (n, dim), of a run each
    known : (n,) runs that are normal for certain
    cluster_size : of the smallest cluster, and how many neighbours make a place dense
    components : that vectors are reduced to, at most
    """
    reduced = whiten(vectors, components)
    clusters, sure = _cluster(reduced, cluster_size)
    noise = clusters < 0
    normal = np.isin(clusters, np.unique(clusters[known & ~noise])) & ~noise
    normal[noise] = _repeats(vectors[noise], vectors[known])
    doubt = np.where(noise, 0.0, 1 - sure) / 2
    return np.where(known, 0.0, np.where(normal, doubt, 1 - doubt))


def whiten(vectors: NDArray[np.floating], components: int) -> NDArray[np.float64]:
    """(n, at most `components`) principal components of variance 1; directions in which nothing varies are left out."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    kept = min(components, int((scales > scales.max(initial=0) * 1e-6 + TINY).sum()))
    whitened: NDArray[np.float64] = left[:, :kept] * np.sqrt(len(vectors))
    return whitened


def _cluster(vectors: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n,) clusters, -1 none, and (n,) memberships."""
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415  a second of start-up that score spares

    if len(vectors) < max(size, 2):
        return np.full(len(vectors), -1), np.ones(len(vectors))
    if not vectors.shape[1]:  # all are the same
        return np.zeros(len(vectors), dtype=np.int64), np.ones(len(vectors))
    found = HDBSCAN(min_cluster_size=max(size, 2), min_samples=size, copy=True).fit(vectors)
    return found.labels_.astype(np.int64), np.nan_to_num(found.probabilities_, nan=1.0)


def _repeats(asked: NDArray[np.floating], known: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n,) whether each row is among the known ones."""
    rows = {row.tobytes() for row in np.ascontiguousarray(known)}
    return np.array([row.tobytes() in rows for row in np.ascontiguousarray(asked)], dtype=np.bool_)
