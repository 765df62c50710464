"""Windows as whole samples: each distinct one computed once with its count, never a copy per window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crosslog.detection.events import PAD, Windows
from crosslog.detection.learning.counts import require_labels
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.runs import find_distinct
from crosslog.detection.learning.vectors import network_inputs

EVENTS_AT_ONCE = 10_240  # in scoring; bounds memory, and a score depends on it by rounding alone


class Samples(NamedTuple):
    """Distinct windows, and how often each stands among those that were drawn.

    Attributes
    ----------
    table : (texts, dim) float32, only the rows that occur
    ids : (n, length) int64, rows of `table`; padding takes any
    real : (n, length) bool
    anomalous : (n,) int64, 1 where any event is
    systems : (n,) int64, by their place among those that are learnt from
    weights : (n,) float32, shares of the drawn windows, 1 in sum
    """

    table: Tensor
    ids: Tensor
    real: Tensor
    anomalous: Tensor
    systems: Tensor
    weights: Tensor


class SampleStore(NamedTuple):
    """Labelled windows of several systems: the distinct ones, and which of them each window is.

    Attributes
    ----------
    distinct : with equal weights
    rows : (windows,) int64, on the CPU, those of the first system first
    sizes : windows of each system
    """

    distinct: Samples
    rows: Tensor
    sizes: tuple[int, ...]

    def pick(self, chosen: Tensor) -> Samples:
        """Some of the windows, by their numbers, which may repeat: the distinct ones among them with their shares."""
        rows, counts = torch.unique(self.rows[chosen], return_counts=True)
        rows = rows.to(self.distinct.ids.device)
        used, ids = torch.unique(self.distinct.ids[rows], return_inverse=True)
        _, _, real, anomalous, systems, _ = self.distinct
        weights = (counts / len(chosen)).to(rows.device, torch.float32)
        return Samples(self.distinct.table[used], ids, real[rows], anomalous[rows], systems[rows], weights)


def store_samples(systems: Sequence[Sequence[Windows]]) -> SampleStore:
    """The windows of each system, which share a table; a window is anomalous where any of its events is.

    Raises
    ------
    ValueError
        If the labels of a window are withheld.
    """
    several = [windows for given in systems for windows in given]
    require_labels(several)
    sizes = tuple(sum(map(len, given)) for given in systems)
    length = max(windows.real.shape[1] for windows in several)
    ids = np.concatenate([_pad(windows.ids, length) for windows in several])
    labels = np.concatenate([replace(windows, unit="window").truth for windows in several])
    keys = np.column_stack([ids, labels, np.repeat(np.arange(len(systems)), sizes)]).astype(np.int32)
    kinds, inverse = find_distinct(keys)
    return SampleStore(_gather(several[0], kinds), torch.from_numpy(inverse), sizes)


def score_distinct(windows: Windows, score: Callable[[Samples], Tensor]) -> NDArray[np.float32]:
    """(n,) scores of windows from a function of samples to (samples,) that meets each distinct window once."""
    scores = np.zeros(len(windows), dtype=np.float32)
    if not len(windows):
        return scores
    kinds, inverse = find_distinct(windows.ids)
    blank = np.zeros((len(kinds), 2), dtype=np.int32)
    store = SampleStore(_gather(windows, np.column_stack([kinds, blank])), torch.arange(len(kinds)), ())
    at_once = max(1, EVENTS_AT_ONCE // windows.ids.shape[1])
    with torch.no_grad():
        parts = [score(store.pick(chosen)).float() for chosen in torch.split(store.rows, at_once)]
    return torch.cat(parts).cpu().numpy()[inverse]


def _pad(ids: NDArray[np.int32], length: int) -> NDArray[np.int32]:
    return np.pad(ids, ((0, 0), (0, length - ids.shape[1])), constant_values=PAD)


def _gather(windows: Windows, keys: NDArray[np.int32]) -> Samples:
    """From rows of ids, label and system; `windows` have the table."""
    ids = keys[:, :-2]
    real = ids != PAD
    used, inverse = np.unique(np.where(real, ids, ids.max()), return_inverse=True)
    return Samples(
        table=to_tensor(network_inputs(windows, used)),
        ids=to_tensor(inverse.reshape(ids.shape).astype(np.int64)),
        real=to_tensor(real),
        anomalous=to_tensor(keys[:, -2].astype(np.int64)),
        systems=to_tensor(keys[:, -1].astype(np.int64)),
        weights=to_tensor(np.full(len(keys), 1 / len(keys), dtype=np.float32)),
    )
