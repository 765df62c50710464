"""The order in which a system's events are cut, and the windows of a split as rows over the events that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.split import Part


class Order(NamedTuple):
    """Events as they are cut: by line or, by session, those of the session that begins first in front.

    Attributes
    ----------
    lines : (events,) int64
    anomalous : (events,) bool
    sessions : (events,) int32, a number per event; None where the cut is by count
    without_session : events that are left out, for they are of no session
    """

    lines: NDArray[np.int64]
    anomalous: NDArray[np.bool_]
    sessions: NDArray[np.int32] | None
    without_session: int


def order_events(labels: pl.DataFrame, *, by_session: bool) -> Order:
    """Events (line, anomalous and, by session, session), in order of line, as they are cut."""
    kept = labels.drop_nulls("session") if by_session else labels
    sessions = None
    if by_session:
        begun = pl.col("line").min().over("session").rank("dense").cast(pl.Int32) - 1
        kept = kept.with_columns(number=begun).sort("number", "line")
        sessions = kept["number"].to_numpy()
    lines = kept["line"].to_numpy().astype(np.int64)
    return Order(lines, kept["anomalous"].to_numpy(), sessions, labels.height - kept.height)


def collect_windows(parts: Sequence[Part], order: Order, system: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The windows of a split, and the events that they hold.

    Returns
    -------
    tuple
        system, episode, role, first, last of each window, the bounds over the events that are held by any; and the
        `line` of these events, in order.
    """
    held = np.zeros(len(order.lines) + 1, dtype=np.int64)
    for part in parts:
        np.add.at(held, part.bounds[:, 0], 1)
        np.add.at(held, part.bounds[:, 1], -1)
    inside = np.cumsum(held[:-1]) > 0
    place = np.concatenate([[0], np.cumsum(inside)]).astype(np.uint64)
    windows = [
        pl.DataFrame({"first": place[part.bounds[:, 0]], "last": place[part.bounds[:, 1]]}).select(
            pl.lit(system).alias("system"), pl.lit(part.episode, pl.UInt32).alias("episode"),
            pl.lit(part.role).alias("role"), "first", "last",
        )
        for part in parts
    ]  # fmt: skip
    return pl.concat(windows), pl.DataFrame({"line": order.lines[inside].astype(np.uint64)})
