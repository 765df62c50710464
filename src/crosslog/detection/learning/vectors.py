"""What methods without a network do with vectors: unit length, and a distance as a score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DECIMALS = 6
TINY = float(np.finfo(np.float32).tiny)


def normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, dim) vectors with length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, TINY)
    return unit


def cosines(vectors: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, m) cosines with (m, dim) vectors of length 1, to 6 decimals.

    What lies beyond is rounding: it changes with the batch and the machine, and would break ties one way or another.
    """
    rounded: NDArray[np.float32] = np.round(np.clip(normalised(vectors) @ known.T, -1, 1), DECIMALS)
    return rounded


def relative(distances: NDArray[np.floating], scale: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Distance / (distance + scale): in (0, 1], .5 where the two are equal, .5, too, where both are 0."""
    ratio: NDArray[np.float64] = (distances + TINY) / (distances + scale + 2 * TINY)
    return ratio
