"""How often each template occurs in each stretch of a log: counts on a grid that merges over chunks in bounded memory.

A grid has a width that doubles whenever there are too many rows. Which width it ends at depends on the events alone and
not on how they were cut into chunks, since fewer events never need a wider one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOST_ROWS = 1 << 19  # of a grid, 12 MB
NARROWEST_TIME = 1_000_000
NARROWEST_LINES = 16  # the narrowest stretch of lines
COUNTS = pl.Schema({"template_id": pl.UInt32, "bucket": pl.Int64, "count": pl.UInt64})


@dataclass(frozen=True)
class CountGrid:
    """Events per template and stretch.

    Attributes
    ----------
    counts : template_id, bucket (stretch number: position // width), count; a row per pair that occurs, sorted
    width : of a stretch, in microseconds or lines
    """

    counts: pl.DataFrame
    width: int

    def widen(self, times: int) -> CountGrid:
        """The same events in stretches so many times as wide."""
        if times == 1:
            return self
        ids, numbers, counts = (self.counts[name].to_numpy() for name in COUNTS)
        return _add_up_sorted(ids, numbers // times, counts, self.width * times)


@dataclass(frozen=True)
class Buckets:
    """Events of a log by time, where they have one, and by line."""

    times: CountGrid
    lines: CountGrid


def count_buckets(events: pl.DataFrame) -> Buckets:
    """Events per template and stretch of a chunk.

    Parameters
    ----------
    events : template_id u32, time i64 (microseconds, or null), line u64
    """
    timed = events.filter(pl.col("time").is_not_null())
    return Buckets(_count(timed, "time", NARROWEST_TIME), _count(events, "line", NARROWEST_LINES))


def merge_buckets(parts: Iterable[Buckets]) -> Buckets:
    """What several chunks of one log add up to; empty without any."""
    parts = list(parts)
    return Buckets(
        _merge([part.times for part in parts], NARROWEST_TIME), _merge([part.lines for part in parts], NARROWEST_LINES)
    )


def _count(events: pl.DataFrame, position: str, width: int) -> CountGrid:
    stretch = events[position].cast(pl.Int64) // width
    return _bound(_add_up(events["template_id"], stretch, np.ones(len(events), dtype=np.uint64), width))


def _merge(grids: list[CountGrid], narrowest: int) -> CountGrid:
    width = max((grid.width for grid in grids), default=narrowest)
    rows = pl.concat([pl.DataFrame(schema=COUNTS), *(grid.widen(width // grid.width).counts for grid in grids)])
    return _bound(_add_up(rows["template_id"], rows["bucket"], rows["count"].to_numpy(), width))


def _bound(grid: CountGrid) -> CountGrid:
    """The grid, at the least width at which it has few enough rows; a row a template is the least there can be."""
    while len(grid.counts) > MOST_ROWS and len(grid.counts) > grid.counts["template_id"].n_unique():
        grid = grid.widen(2)
    return grid


def _add_up(templates: pl.Series, stretches: pl.Series, counts: NDArray[np.uint64], width: int) -> CountGrid:
    ids, numbers = templates.to_numpy(), stretches.to_numpy()
    order = np.lexsort((numbers, ids))
    return _add_up_sorted(ids[order], numbers[order], counts[order], width)


def _add_up_sorted(
    ids: NDArray[np.integer], numbers: NDArray[np.int64], counts: NDArray[np.uint64], width: int
) -> CountGrid:
    """One row per pair out of rows in order: no sorting, so that widening step by step costs next to nothing."""
    new = np.ones(len(ids), dtype=bool)
    new[1:] = (ids[1:] != ids[:-1]) | (numbers[1:] != numbers[:-1])
    starts = np.flatnonzero(new)
    sums = np.add.reduceat(counts, starts) if len(starts) else counts
    columns = {"template_id": ids[starts], "bucket": numbers[starts], "count": sums}
    return CountGrid(pl.DataFrame(columns).cast(COUNTS), width)
