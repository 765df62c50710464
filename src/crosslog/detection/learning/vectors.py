"""Vectors of texts as methods take them: looked up, at the scale that networks expect, and compared."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import Windows
from crosslog.vectors import TINY, normalise_vectors

DECIMALS = 6


def text_vectors(windows: Windows, ids: NDArray[np.integer]) -> NDArray[np.float32]:
    """(n, dim) vectors of n texts, by their ids."""
    vectors: NDArray[np.float32] = windows.table[ids]
    return vectors


def network_inputs(windows: Windows, ids: NDArray[np.integer]) -> NDArray[np.float32]:
    """(n, dim) vectors of n texts, whose components have unit scale, as the first weights of a network expect.

    An encoder's vectors of length one are stretched by sqrt(dim); others, such as BERT's, have that scale about as they
    are. It is known of the encoder, and so the same for all texts of an experiment.
    """
    vectors = text_vectors(windows, ids)
    return vectors * np.float32(math.sqrt(vectors.shape[1])) if windows.events.texts.unit_length else vectors


def vector_size(windows: Windows) -> int:
    """The vectors' dim."""
    return int(windows.table.shape[1])


def compare_vectors(vectors: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, m) cosines with (m, dim) vectors of length one, to 6 decimals.

    What lies beyond is rounding: it changes with the batch and the machine, and would break ties one way or another.
    """
    rounded: NDArray[np.float32] = np.round(np.clip(normalise_vectors(vectors) @ known.T, -1, 1), DECIMALS)
    return rounded


def relate_distances(distances: NDArray[np.floating], scale: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Distance / (distance + scale): in (0, 1], .5 where the two are equal, .5, too, where both are 0."""
    ratio: NDArray[np.float64] = (distances + TINY) / (distances + scale + 2 * TINY)
    return ratio
