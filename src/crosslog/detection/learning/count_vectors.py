"""How often each thing occurs in each run: sparse count vectors, from numbers alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crosslog.detection.events import PAD, Windows
from crosslog.detection.learning.vectors import text_vectors


def count_numbers(ids: NDArray[np.integer], columns: int) -> csr_array:
    """(n, columns) float64, how often each number below `columns` occurs in each (n, length) run; PAD is nothing."""
    rows, places = np.nonzero(ids != PAD)
    counts = csr_array((np.ones(len(rows)), (rows, ids[rows, places])), shape=(len(ids), columns))
    counts.sum_duplicates()
    return counts


def average_texts(windows: Windows, ids: NDArray[np.int32]) -> NDArray[np.float64]:
    """(n, dim) mean vector of the texts of each of (n, length) runs."""
    used, inverse = np.unique(ids, return_inverse=True)
    offset = int(used[0] == PAD)
    numbers = inverse.reshape(ids.shape) - offset  # PAD, the lowest, becomes -1 again
    sums = count_numbers(numbers, len(used) - offset) @ text_vectors(windows, used[offset:]).astype(np.float64)
    means: NDArray[np.float64] = sums / (ids != PAD).sum(axis=1, keepdims=True)
    return means


def count_windows(windows: Windows, numbers: NDArray[np.int32], columns: int) -> csr_array:
    """(n, columns) float64, how often each number below `columns` occurs in each window, from bounds alone.

    `numbers` is (events,), one for each event of the windows' system.
    """
    bounds = np.append(windows.offsets, windows.lengths.sum()).astype(np.int32)  # as scikit-learn's solvers ask
    counts = csr_array((np.ones(bounds[-1]), numbers[windows.slots], bounds), shape=(len(windows), columns))
    counts.sum_duplicates()
    return counts
