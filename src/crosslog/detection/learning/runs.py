"""Runs of events as methods of windows and sessions take them: each distinct run once, with how often it occurs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import PAD, Windows
from crosslog.detection.learning.counts import require_labels

Numbering = Callable[[Windows], NDArray[np.int32]]
"""A number from 0 for each of the windows' (events,): of its text, its template, or whatever a method tells apart."""


class CountedRuns(NamedTuple):
    """Distinct runs of labelled events.

    Attributes
    ----------
    ids : (n, length) int32, a number for each event, PAD behind a run's last
    normal, anomalous : (n,) int64, the runs that are alike, by whether any of their events is anomalous
    """

    ids: NDArray[np.int32]
    normal: NDArray[np.int64]
    anomalous: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> CountedRuns:
        """Some of the distinct runs."""
        return CountedRuns(self.ids[rows], self.normal[rows], self.anomalous[rows])


def number_texts(windows: Windows) -> NDArray[np.int32]:
    """(events,) rows of the table of vectors."""
    return windows.events.units


def count_runs(several: Sequence[Windows], length: int, numbers: Numbering = number_texts) -> CountedRuns:
    """Windows or sessions that share their texts, cut into runs of at most `length` events.

    Raises
    ------
    ValueError
        If the labels of a window are withheld.
    """
    require_labels(several)
    runs = [replace(windows.cut_runs(length), unit="window") for windows in several]
    longest = max((each.real.shape[1] for each in runs), default=0)
    rows = np.concatenate([_pad(each.padded(numbers(each), PAD), longest) for each in runs])
    return count_rows(rows, np.concatenate([each.truth for each in runs]))


def count_rows(rows: NDArray[np.int32], anomalous: NDArray[np.bool_]) -> CountedRuns:
    """(n, length) rows of numbers, each of which is anomalous or not, by distinct rows."""
    distinct, inverse = find_distinct(rows)
    counts = (np.bincount(inverse[chosen], minlength=len(distinct)) for chosen in (~anomalous, anomalous))
    return CountedRuns(distinct, *counts)


def score_runs(
    windows: Windows, length: int, score: Callable[[NDArray[np.int32]], NDArray[np.floating]], numbers: Numbering
) -> NDArray[np.float32]:
    """(n,) the highest score of each window's runs, from a function of distinct (runs, length) numbers."""
    if not len(windows):
        return np.zeros(0, dtype=np.float32)
    runs = windows.cut_runs(length)
    distinct, inverse = find_distinct(runs.padded(numbers(runs), PAD))
    parts = count_parts(windows, length)
    scores = score(distinct).astype(np.float32)[inverse]
    highest: NDArray[np.float32] = np.maximum.reduceat(scores, np.cumsum(parts) - parts)
    return highest


def count_parts(windows: Windows, length: int) -> NDArray[np.int64]:
    """(n,) how many runs of at most `length` events each window is cut into."""
    parts: NDArray[np.int64] = -(-windows.lengths // length)
    return parts


def find_distinct(rows: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Distinct rows of (n, length) numbers, and which of them each row is."""
    if not rows.size:
        return rows[: min(1, len(rows))], np.zeros(len(rows), dtype=np.int64)
    order = order_by_prefix(rows)
    ranked = rows[order]
    new = np.append(True, (ranked[1:] != ranked[:-1]).any(axis=1))
    inverse = np.empty(len(rows), dtype=np.int64)
    inverse[order] = np.cumsum(new) - 1
    return ranked[new], inverse


def order_by_prefix(ids: NDArray[np.integer]) -> NDArray[np.int64]:
    """An order of (n, length) windows in which those that begin alike, however far, stand together."""
    packed = np.ascontiguousarray(ids, dtype=np.int32)
    as_bytes = packed.view(f"V{packed.shape[1] * packed.itemsize}").ravel()  # compared by memcmp, not id by id
    return np.argsort(as_bytes, kind="stable")


def _pad(rows: NDArray[np.int32], length: int) -> NDArray[np.int32]:
    return np.pad(rows, ((0, 0), (0, length - rows.shape[1])), constant_values=PAD)
