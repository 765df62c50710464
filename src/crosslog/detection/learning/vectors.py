"""What methods without a network do with vectors: unit length, and a distance as a score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TINY = float(np.finfo(np.float32).tiny)


def normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, dim) vectors with length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, TINY)
    return unit


def relative(distances: NDArray[np.floating], scale: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Distance / (distance + scale): in (0, 1], .5 where the two are equal, .5, too, where both are 0."""
    ratio: NDArray[np.float64] = (distances + TINY) / (distances + scale + 2 * TINY)
    return ratio
