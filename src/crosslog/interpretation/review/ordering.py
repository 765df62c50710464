"""Which rows are most worth a reviewer's look."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from crosslog.interpretation.review.likeness import CLOSE, find_closest
from crosslog.interpretation.review.problems import weigh_problems
from crosslog.interpretation.review.table import QUOTED_SOURCE

# What a problem, a like template elsewhere and being a mere quotation weigh against being the most frequent.
FLAGGED, CLOSE_BY, UNSAID = 2.0, 0.5, 0.25
MOST_OTHERS = 2000  # rows of other systems that are compared, the most frequent: a listing should feel instant


def order_by_worth(frame: pl.DataFrame, elsewhere: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows, the one most worth a look first: flagged, frequent, close to another system's, or a mere quotation.

    A row is close where another system has nearly the same template and says it in other words.

    Parameters
    ----------
    frame : schemas.Interpretations of a system
    elsewhere : the same of other systems, by name

    Returns
    -------
    The rows with a column `near`: the other system and its sentence, or "".
    """
    near, closeness = _near(frame, elsewhere)
    flagged = np.array([weigh_problems(found) for found in frame["problems"]], dtype=float)
    frequent = np.log1p(frame["occurrences"].to_numpy().astype(float))
    unsaid = (frame["source"] == QUOTED_SOURCE).to_numpy().astype(float)
    often = frequent / max(frequent.max(initial=0), 1e-9)
    worth = FLAGGED * flagged + CLOSE_BY * closeness + UNSAID * unsaid + often
    columns = frame.with_columns(near=pl.Series(near, dtype=pl.String), worth=worth)
    return columns.sort("worth", "key", descending=[True, False]).drop("worth")


def _near(frame: pl.DataFrame, elsewhere: Mapping[str, pl.DataFrame]) -> tuple[list[str], np.ndarray]:
    columns = ("template", "interpretation", "occurrences")
    said = {
        system: rows.filter(pl.col("source") != QUOTED_SOURCE).select(columns) for system, rows in elsewhere.items()
    }
    every = [(system, *row) for system, rows in said.items() for row in rows.iter_rows()]
    others = sorted(every, key=lambda row: -row[3])[:MOST_OTHERS]
    likeness, places = find_closest(frame["template"].to_list(), [other[1] for other in others])
    near = [
        f"{others[place][0]}: {others[place][2]}" if like >= CLOSE and others[place][2] != sentence else ""
        for like, place, sentence in zip(likeness, places, frame["interpretation"], strict=True)
    ]
    return near, np.where([bool(text) for text in near], likeness / 100, 0.0)
