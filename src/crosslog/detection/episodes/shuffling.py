"""Labels shuffled within spans: same events, same rates, nothing to learn; a control for what a protocol gives away.

Labels change places among the events of a span, so a span keeps its share of anomalies. Spans that overlap, as those of
the published protocol may, are shuffled as one: a line has one label, whichever span it is read in.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray


def shuffled(events: pl.DataFrame, spans: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events of one system's spans with their labels shuffled, and the spans with their anomalies counted anew.

    Parameters
    ----------
    events : line, label, anomalous and more, of the events inside the spans, in order of line
    spans : schemas.Spans of the system
    seed : of the permutations
    """
    order = np.lexsort((np.random.default_rng(seed).random(events.height), _blocks(events, spans)))
    moved = events.with_columns(events.select(pl.col("label", "anomalous").gather(order)))
    return moved, spans.with_columns(_anomalous(moved, spans))


def _blocks(events: pl.DataFrame, spans: pl.DataFrame) -> NDArray[np.integer]:
    """The number of the block of overlapping spans that each event lies in."""
    ordered = spans.sort("first_line", "last_line")
    starts_anew = pl.col("first_line") > pl.col("last_line").cum_max().shift(1)
    starts = ordered.filter(starts_anew.fill_null(True))["first_line"].to_numpy()
    return np.asarray(np.searchsorted(starts, events["line"].to_numpy(), side="right"))


def _anomalous(events: pl.DataFrame, spans: pl.DataFrame) -> pl.Series:
    lines = events["line"].to_numpy()
    before = np.concatenate([[0], np.cumsum(events["anomalous"].to_numpy())])
    first = np.searchsorted(lines, spans["first_line"].to_numpy(), side="left")
    last = np.searchsorted(lines, spans["last_line"].to_numpy(), side="right")
    return pl.Series("anomalous", before[last] - before[first], dtype=pl.UInt32)
