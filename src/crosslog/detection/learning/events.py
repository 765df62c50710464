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
from crosslog.detection.learning.counts import require_labels
from crosslog.detection.learning.device import current_device, to_tensor
from crosslog.detection.learning.maml import Loss
from crosslog.detection.learning.networks import Weights
from crosslog.detection.learning.prefixes import Prefixes, build_prefixes
from crosslog.detection.learning.runs import order_by_prefix
from crosslog.detection.learning.vectors import network_inputs

WINDOWS_AT_ONCE = 1024  # in scoring; bounds memory, and a score depends on it by rounding alone


class EventTree(NamedTuple):
    """Labelled events of windows.

    Attributes
    ----------
    table : (distinct, dim), only the rows that occur
    tree : their windows' prefixes
    shares : (nodes, 2), what the normal and the anomalous events of each node weigh; 1 in sum
    """

    table: Tensor
    tree: Prefixes
    shares: Tensor


def build_event_tree(windows: Windows, balanced: bool = False, dtype: torch.dtype = torch.float32) -> EventTree:
    """Windows as a tree; each event weighs the same or, `balanced`, each class that occurs does.

    Raises
    ------
    ValueError
        If the labels are withheld.
    """
    require_labels([windows])
    table, ids = _look_up(windows)
    tree, nodes = build_prefixes(ids)
    real = windows.real
    kinds = nodes[real] * 2 + windows.labels[real]
    counts = np.bincount(kinds, minlength=2 * len(tree.rows)).reshape(-1, 2)
    if balanced:
        counts = counts / np.maximum(counts.sum(axis=0), 1)
    shares = to_tensor(counts / counts.sum()).to(dtype)
    return EventTree(table.to(dtype), tree.to(current_device()), shares)


def mean_loss(logits: Tensor, shares: Tensor) -> Tensor:
    """Mean cross-entropy over events, from (nodes, 2) logits: that of the dense windows, and so are its slopes."""
    return -(shares * functional.log_softmax(logits, dim=1)).sum()


def event_cross_entropy(model: nn.Module, windows: Windows, balanced: bool = False) -> Loss:
    """`mean_loss` of a network over the windows' events, as a function of its weights."""
    return partial(_compute_loss, model, build_event_tree(windows, balanced))


def _compute_loss(model: nn.Module, given: EventTree, weights: Weights) -> Tensor:
    return mean_loss(functional_call(model, weights, (given.table, given.tree)), given.shares)


def score_events(windows: Windows, logits: Callable[[Tensor, Prefixes], Tensor]) -> NDArray[np.float32]:
    """(slots,) softmax probabilities of an anomaly, from a function of a table and a tree to (nodes, 2) logits."""
    table, ids = _look_up(windows)
    scores = np.empty(ids.shape, dtype=np.float32)
    for chosen, tree, nodes in _split(ids):
        with torch.no_grad():
            probabilities = logits(table, tree.to(table.device)).softmax(dim=1)[:, 1].cpu().numpy()
        scores[chosen] = probabilities[nodes]
    return scores[windows.real]


def _look_up(windows: Windows) -> tuple[Tensor, NDArray[np.int64]]:
    """Vectors of the texts that occur, and (n, length) rows of them; padding takes the last."""
    ids = np.where(windows.real, windows.ids, windows.ids.max(initial=0))
    occurs = np.zeros(len(windows.table), dtype=np.bool_)
    occurs[ids] = True
    return to_tensor(network_inputs(windows, np.flatnonzero(occurs))), (np.cumsum(occurs) - 1)[ids]


def _split(ids: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Prefixes, NDArray[np.int64]]]:
    """Windows in parts of those that begin alike: their numbers, tree and nodes."""
    order = order_by_prefix(ids)
    for start in range(0, len(order), WINDOWS_AT_ONCE):
        chosen = order[start : start + WINDOWS_AT_ONCE]
        yield chosen, *build_prefixes(ids[chosen])
