"""Whether a template means what is known as a fault elsewhere: the nearest known text, and how far it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

LEAST_ALIKE = 0.4  # cosine below which nothing is called alike; of MiniLM, whose unlike logs' templates lie below it
LEAD = 0.05  # difference of cosines to the nearest fault and the nearest ordinary text that decides by 1 - 1/(1 + e)
ALIKE_COLUMNS = {"meaning": pl.Float64, "similarity": pl.Float64, "like": pl.String, "like_sentence": pl.String}
ROWS_AT_ONCE = 1024  # templates: the table of cosines stays small


@dataclass(frozen=True, eq=False)
class KnownTexts:
    """What other systems have taught: kinds of faults and of ordinary events, or templates judged elsewhere.

    Attributes
    ----------
    vectors : (m, dim) float32 of length one, of the encoder that the templates' vectors are of
    names, sentences : (m,) what to call each, and what it says
    anomalous : (m,) bool; the others are ordinary
    """

    vectors: NDArray[np.float32]
    names: Sequence[str]
    sentences: Sequence[str]
    anomalous: NDArray[np.bool_]


def compare_meanings(vectors: NDArray[np.float32], known: KnownTexts) -> pl.DataFrame:
    """How much each template means a known fault.

    Parameters
    ----------
    vectors : (n, dim) float32 of length one, or of zero where a template has none

    Returns
    -------
    pl.DataFrame
        A row per template: meaning f64 in [0, 1], the cosine to the nearest fault times how far that leads the nearest
        ordinary text; similarity f64, that cosine; `like` and `like_sentence`, the nearest fault's name and sentence.
        All are null where nothing is alike
    """
    faults, ordinary = known.vectors[known.anomalous], known.vectors[~known.anomalous]
    if not len(faults):
        return call_unlike(len(vectors))
    near, nearest = _find_nearest(vectors, faults)
    rival = _find_nearest(vectors, ordinary)[0] if len(ordinary) else np.full(len(vectors), -1.0)
    rows = np.flatnonzero(known.anomalous)[nearest]
    found = pl.DataFrame(
        {
            "meaning": (near / (1 + np.exp((rival - near) / LEAD))).clip(0, 1),
            "similarity": near,
            "like": [known.names[row] for row in rows],
            "like_sentence": [known.sentences[row] for row in rows],
        }
    )
    return found.select(pl.when(pl.Series(near >= LEAST_ALIKE)).then(pl.all()))


def call_unlike(rows: int) -> pl.DataFrame:
    """What `compare_meanings` says of so many templates where nothing is alike, or nothing known."""
    return pl.DataFrame({name: [None] * rows for name in ALIKE_COLUMNS}, schema=ALIKE_COLUMNS)


def _find_nearest(
    vectors: NDArray[np.float32], others: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """(n,) cosines to the nearest of the others, and which it is."""
    near, nearest = np.zeros(len(vectors)), np.zeros(len(vectors), dtype=np.intp)
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        cosines = vectors[part] @ others.T
        nearest[part] = cosines.argmax(axis=1)
        near[part] = cosines.max(axis=1)
    return near, nearest
