"""Windows as losses and scores of a network over events, each distinct prefix of a window computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from crosslog.detection.events import Windows
from crosslog.detection.learning import device
from crosslog.detection.learning.maml import Loss
from crosslog.detection.learning.networks import Weights
from crosslog.detection.learning.prefixes import Prefixes, prefixes, side_by_side

WINDOWS_AT_ONCE = 1024  # in scoring; bounds memory, and a score depends on it by rounding alone


class Events(NamedTuple):
    """Labelled events.

    Attributes
    ----------
    table : (distinct, dim), only the rows that occur
    tree : their windows' prefixes
    shares : (nodes, 2), what the normal and the anomalous events of each node weigh; 1 in sum
    """

    table: Tensor
    tree: Prefixes
    shares: Tensor


def events(windows: Windows, balanced: bool = False, dtype: torch.dtype = torch.float32) -> Events:
    """Windows as a tree; each event weighs the same or, `balanced`, each class that occurs does.

    Raises
    ------
    ValueError
        If the labels are withheld.
    """
    if not windows.labelled:
        raise ValueError("labels of these windows are withheld: there is nothing to learn from")
    rows, ids = _dense(windows)
    tree, nodes = prefixes(ids)
    real = windows.real
    kinds = nodes[real] * 2 + windows.labels[real]
    counts = np.bincount(kinds, minlength=2 * len(tree.rows)).reshape(-1, 2)
    if balanced:
        counts = counts / np.maximum(counts.sum(axis=0), 1)
    shares = device.placed(counts / counts.sum()).to(dtype)
    return Events(device.placed(windows.table[rows]).to(dtype), tree.to(device.asked()), shares)


def mean_loss(logits: Tensor, shares: Tensor) -> Tensor:
    """Mean cross-entropy over events, from (nodes, 2) logits: that of the dense windows, and so are its slopes."""
    return -(shares * functional.log_softmax(logits, dim=1)).sum()


def event_cross_entropy(model: nn.Module, windows: Windows, balanced: bool = False) -> Loss:
    """`mean_loss` of a network over the windows' events, as a function of its weights."""
    return partial(_at, model, events(windows, balanced))


def _at(model: nn.Module, given: Events, weights: Weights) -> Tensor:
    return mean_loss(functional_call(model, weights, (given.table, given.tree)), given.shares)


def event_probabilities(model: nn.Module, weights: Weights, windows: Windows) -> NDArray[np.float32]:
    """`scores` of a network with these weights."""
    return scores(windows, lambda table, tree: functional_call(model, weights, (table, tree)))


def scores(windows: Windows, logits: Callable[[Tensor, Prefixes], Tensor]) -> NDArray[np.float32]:
    """(slots,) softmax probabilities of an anomaly, from a function of a table and a tree to (nodes, 2) logits."""
    rows, ids = _dense(windows)
    table = device.placed(windows.table[rows])
    found = np.empty(ids.shape, dtype=np.float32)
    for chosen, tree, nodes in _parts(ids):
        with torch.no_grad():
            probabilities = logits(table, tree.to(table.device)).softmax(dim=1)[:, 1].cpu().numpy()
        found[chosen] = probabilities[nodes]
    return found[windows.real]


def _dense(windows: Windows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the table that occur, and (n, length) places among them; padding takes the last."""
    ids = np.where(windows.real, windows.ids, windows.ids.max(initial=0))
    occurs = np.zeros(len(windows.table), dtype=np.bool_)
    occurs[ids] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[ids]


def _parts(ids: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Prefixes, NDArray[np.int64]]]:
    """Windows in parts of those that begin alike: their numbers, tree and nodes."""
    order = side_by_side(ids)
    for start in range(0, len(order), WINDOWS_AT_ONCE):
        chosen = order[start : start + WINDOWS_AT_ONCE]
        yield chosen, *prefixes(ids[chosen])
