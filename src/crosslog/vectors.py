"""Vectors of texts as every room compares them: at length one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TINY = float(np.finfo(np.float32).tiny)


def normalise_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, dim) vectors with length one; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, TINY)
    return unit
