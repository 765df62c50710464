"""Runs of events as sequence models take them: cut to a method's own length, each distinct run scored once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crosslog.detection.events import PAD, Episode, Windows
from crosslog.detection.learning.counts import require_labels
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.vectors import network_inputs

RUNS_AT_ONCE = 512  # in scoring; bounds memory, and a run's score depends on it by rounding alone


class Sequences(NamedTuple):
    """Labelled runs of events.

    Attributes
    ----------
    table : (distinct, dim) float32, only the rows that occur; zeros for padding
    ids : (n, length) int64, rows of `table`
    labels : (n, length) int64, 1 anomalous
    real : (n, length) bool, False where padded
    """

    table: Tensor
    ids: Tensor
    labels: Tensor
    real: Tensor

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, chosen: Tensor) -> Sequences:
        """Some of the runs, with only the rows of the table that occur in them; `chosen` may be on another device."""
        chosen = chosen.to(self.ids.device)
        used, ids = torch.unique(self.ids[chosen], return_inverse=True)
        return Sequences(self.table[used], ids, self.labels[chosen], self.real[chosen])

    def pick(self, chosen: Tensor) -> Sequences:
        """Some of the runs, with the table as it is."""
        chosen = chosen.to(self.ids.device)
        return Sequences(self.table, self.ids[chosen], self.labels[chosen], self.real[chosen])


def cut_sequences(several: Sequence[Windows], length: int) -> Sequences:
    """Labelled windows that share a table, as runs of at most `length` events.

    Raises
    ------
    ValueError
        If the labels of a window are withheld.
    """
    require_labels(several)
    runs = [windows.cut_runs(length) for windows in several]
    ids, labels = _stack([each.ids for each in runs], PAD), _stack([each.labels for each in runs], False)
    return build_sequences(several[0], ids, labels)


def score_sequences(windows: Windows, length: int, score: Callable[[Sequences], Tensor]) -> NDArray[np.float32]:
    """(slots,) scores from a function of runs to (runs, length) that meets each distinct run once."""
    if not len(windows):
        return np.zeros(0, dtype=np.float32)
    runs = windows.cut_runs(length)
    distinct, inverse = np.unique(runs.ids, axis=0, return_inverse=True)
    inputs = build_sequences(windows, distinct, np.zeros(distinct.shape, dtype=np.bool_))
    with torch.no_grad():
        parts = [score(inputs.rows(chosen)) for chosen in torch.split(torch.arange(len(distinct)), RUNS_AT_ONCE)]
    scores: NDArray[np.float32] = torch.cat(parts).cpu().numpy()[inverse.ravel()][runs.real]
    return scores.astype(np.float32)


def build_sequences(windows: Windows, ids: NDArray[np.generic], labels: NDArray[np.generic]) -> Sequences:
    """(n, length) rows of the windows' table, PAD behind a run's last event, and labels, as a network takes them."""
    used, inverse = np.unique(ids, return_inverse=True)
    rows = np.where((used == PAD)[:, None], np.float32(0), network_inputs(windows, used))
    return Sequences(
        table=to_tensor(rows),
        ids=to_tensor(inverse.reshape(ids.shape).astype(np.int64)),
        labels=to_tensor(labels.astype(np.int64)),
        real=to_tensor(np.not_equal(ids, PAD)),
    )


def pick_source(sources: Sequence[Episode], number: int) -> list[Windows]:
    """Support and query of the one source that a one-to-one method learns from, by its place in the experiment.

    Raises
    ------
    ValueError
        If there are not that many sources.
    """
    if not 0 <= number < len(sources):
        raise ValueError(f"source {number} is asked for, but the experiment has sources 0 to {len(sources) - 1}")
    return sources[number].parts


def draw_batches(systems: Sequence[Sequences], size: int, generator: torch.Generator) -> list[Sequences]:
    """`size` runs of each system, drawn with replacement."""
    return [runs.rows(torch.randint(len(runs), (size,), generator=generator)) for runs in systems]


def _stack(several: Sequence[NDArray[np.generic]], pad: object) -> NDArray[np.generic]:
    """(n, length) arrays of several lengths one under another, padded to the longest."""
    length = max(each.shape[1] for each in several)
    return np.concatenate(
        [np.pad(each, ((0, 0), (0, length - each.shape[1])), constant_values=pad) for each in several]  # type: ignore[call-overload]
    )
