"""Whether a template means what is known as a fault elsewhere: the nearest one, and how far all faults lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

# All were chosen on the four simulated systems and thunderbird_19k, with the known events that ship. Over these
# five, templates are ranked with a mean AUROC of .86; of .77 by the nearest fault and the nearest ordinary text alone.
LEAST_ALIKE = 0.3  # cosine of MiniLM below which nothing is called alike
NEARBY = 0.15  # difference of cosines over which a known text counts e times less: the nearest ones decide, not one
SOME, ALONE = 0.6, 0.9  # from the first cosine on the nearest text counts more by itself, from the second it alone
LEAD = 0.1  # how far faults must be ahead of ordinary texts, as a difference of cosines, to be nearly sure: tanh(1)
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
        A row per template: meaning f64 in [0, 1], how far faults lead ordinary texts, 0 where they do not; similarity
        f64, the cosine to the nearest fault; `like` and `like_sentence`, that one's name and sentence. All are null
        where nothing is alike
    """
    faults, ordinary = known.vectors[known.anomalous], known.vectors[~known.anomalous]
    if not len(faults):
        return call_unlike(len(vectors))
    near, close, nearest = _find_nearest(vectors, faults)
    rival, rivals, _ = _find_nearest(vectors, ordinary)
    alone = ((np.maximum(near, rival) - SOME) / (ALONE - SOME)).clip(0, 1)
    rows = np.flatnonzero(known.anomalous)[nearest]
    found = pl.DataFrame(
        {
            "meaning": np.tanh(((1 - alone) * (close - rivals) + alone * (near - rival)) / LEAD).clip(0, 1),
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
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """(n,) cosines to the nearest of the others, smooth means of those to all, and which is nearest; -1 if none."""
    near, nearest = np.full((2, len(vectors)), -1.0), np.zeros(len(vectors), dtype=np.intp)
    for start in range(0, len(vectors) if len(others) else 0, ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        cosines = (vectors[part] @ others.T).astype(np.float64)
        nearest[part] = cosines.argmax(axis=1)
        near[0, part] = cosines.max(axis=1)
        near[1, part] = NEARBY * np.log(np.exp(cosines / NEARBY).mean(axis=1))
    return near[0], near[1], nearest
