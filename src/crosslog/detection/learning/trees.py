"""scikit-learn's trees as arrays, which a state can hold, and the way down them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State


def flatten_tree(tree: Any) -> State:
    """Nodes of scikit-learn's tree; parents stand before their children.

    `children` (nodes, 2), a leaf being its own; the `features` (nodes,) and `thresholds` (nodes,) that a node cuts by.
    """
    leaf = tree.children_left < 0
    children = np.stack([tree.children_left, tree.children_right], axis=1)
    children[leaf] = np.flatnonzero(leaf)[:, None]
    features, thresholds = np.where(leaf, 0, tree.feature), np.where(leaf, np.inf, tree.threshold)
    return {"children": children, "features": features, "thresholds": thresholds}


def find_leaves(nodes: State, root: int, vectors: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n,) the leaf of one tree that each vector falls into."""
    children, features, thresholds = (nodes[name] for name in ("children", "features", "thresholds"))
    rows, places = np.arange(len(vectors)), np.full(len(vectors), root)
    while True:
        beyond = vectors[rows, features[places]] > thresholds[places]
        below = children[places, beyond.astype(np.int64)]
        if np.array_equal(below, places):
            return places
        places = below
