"""A decision tree on count vectors (Chen et al. 2004; scikit-learn), trained on the support's labels.

Grown by Gini impurity until leaves are pure, or as small or as deep as they may be; raw counts, since weights by
template would change no cut. Score: the share of the leaf's windows that were anomalous. scikit-learn grows the tree;
its nodes are kept as arrays. Where two cuts are as good as each other, a fixed draw decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crosslog.detection.detector import State
from crosslog.detection.learning.count_detector import CountDetector
from crosslog.detection.learning.trees import find_leaves, flatten_tree
from crosslog.ranges import Count

GROWING_SEED = 0


@dataclass(frozen=True)
class DecisionTree(CountDetector):
    """Questions about how often a template occurs, one after another."""

    small: ClassVar[Mapping[str, Any]] = {"least_leaf": 1, "depth": 20}

    least_leaf: Count  # windows
    depth: Count  # questions, at most

    def learn(self, counts: csr_array, anomalous: NDArray[np.bool_]) -> State:
        """`columns` (asked,) that some node cuts by; nodes as in learning/trees.py, and the `shares` (nodes,)."""
        from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415  a second of start-up that score spares

        grower = DecisionTreeClassifier(
            min_samples_leaf=self.least_leaf, max_depth=self.depth, random_state=GROWING_SEED
        )
        tree = grower.fit(counts, anomalous).tree_
        nodes = flatten_tree(tree)
        columns, features = np.unique(nodes["features"], return_inverse=True)
        of_classes = dict(zip(grower.classes_.tolist(), tree.value[:, 0].T, strict=True))
        shares = of_classes.get(True, np.zeros(tree.node_count)) / tree.value[:, 0].sum(axis=1)
        return {**nodes, "features": features, "columns": columns, "shares": shares}

    def judge(self, counts: csr_array) -> NDArray[np.floating]:
        """(n,) in [0, 1]."""
        asked = counts[:, self.state["columns"]].toarray()
        shares: NDArray[np.floating] = self.state["shares"][find_leaves(self.state, 0, asked)]
        return shares
