"""Isolation forest on the support's events, without their labels (Liu et al. 2008; scikit-learn).

Score: 2 ** (-E(h) / c), the paper's Eq. 2, where h is the number of random cuts that set an event apart; .5 is its
"no distinct anomaly". CroSysLog mentions the method, trained on the support, as too weak for its tables; all events
are used, as in LogLead (Mantyla et al. 2024), by the same group. scikit-learn grows the trees; they are kept as arrays,
and climbed here just as scikit-learn does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector, State
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import score_texts
from crosslog.detection.learning.trees import find_leaves, flatten_tree
from crosslog.detection.learning.vectors import text_vectors
from crosslog.ranges import Count


@dataclass(frozen=True)
class IsolationForest(Detector):
    """Anomalies are few and different, so random cuts isolate them early."""

    small: ClassVar[Mapping[str, Any]] = {"trees": 50, "sample_size": 256}

    trees: Count
    sample_size: Count  # events a tree sees, at most
    seed: int

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Grow the trees; their nodes stand one tree after another.

        `roots` (trees,); `children` (nodes, 2), a leaf being its own; the `features` (nodes,) and `thresholds` (nodes,)
        that a node cuts by; the `paths` (nodes,) in cuts that end in it; and the `sample` (1,) that a tree has seen.
        """
        from sklearn.ensemble import IsolationForest as Forest  # noqa: PLC0415  a second of start-up

        events = text_vectors(support, support.events.units[support.slots])
        sample = min(self.sample_size, len(events))
        forest = Forest(n_estimators=self.trees, max_samples=sample, random_state=self.seed).fit(events)
        grown = [_grow(estimator.tree_) for estimator in forest.estimators_]
        sizes = np.array([len(tree["paths"]) for tree in grown])
        roots = np.cumsum(sizes) - sizes
        state = {name: np.concatenate([tree[name] for tree in grown]) for name in grown[0]}
        state["children"] += np.repeat(roots, sizes)[:, None]
        return replace(self, state={**state, "roots": roots, "sample": np.array([sample])})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in (0, 1)."""
        return score_texts(windows, self._isolate)

    def _isolate(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        average = float(_average_path(self.state["sample"])[0])
        if not average:  # of a sample of one event nothing can be cut
            return np.full(len(vectors), 0.5)
        paths = np.zeros(len(vectors))
        for root in self.state["roots"]:  # one by one, in scikit-learn's order of adding
            paths += self.state["paths"][find_leaves(self.state, root, vectors)]
        scores: NDArray[np.float64] = 2 ** -(paths / (len(self.state["roots"]) * average))
        return scores


def _grow(tree: Any) -> State:
    """A tree's nodes and the path in cuts that ends in each."""
    nodes = flatten_tree(tree)
    depths = np.zeros(tree.node_count)
    for node in np.flatnonzero(nodes["children"][:, 0] != np.arange(tree.node_count)):
        depths[nodes["children"][node]] = depths[node] + 1
    paths = depths + 1 + _average_path(tree.n_node_samples) - 1  # scikit-learn counts nodes, and adds in this order
    return {**nodes, "paths": paths}


def _average_path(events: NDArray[np.integer]) -> NDArray[np.float64]:
    """Average path of an unsuccessful search among so many events (Liu et al. 2008, Eq. 1)."""
    many = np.maximum(events, 3).astype(np.float64)
    paths: NDArray[np.float64] = 2.0 * (np.log(many - 1.0) + np.euler_gamma) - 2.0 * (many - 1.0) / many
    return np.where(events > 2, paths, np.where(events == 2, 1.0, 0.0))
