"""Whether a template comes in bursts: how few stretches of a log hold its events, against chance.

Of c events that ignore one another the first stretches of n hold on average n (1 - (1 - 1/n)^c). Fewer is a burst. Only
stretches in which anything happened count, so that a quiet night makes nothing bursty.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from crosslog.detection.hints.buckets import Buckets, CountGrid

STRETCHES = 512  # that a log is cut into, at most; more than half as many where it is long enough
FEWEST_STRETCHES = 16  # of fewer nothing can be said
FEWEST_EVENTS = 5  # of a template
CENTRAL = 0.998  # share of events whose places give the log's span: a wrong clock does not stretch it
MOSTLY_TIMED = 0.5  # share of events with a time from which time, and not the line, tells the order


def measure_bursts(buckets: Buckets) -> pl.DataFrame:
    """How each template is spread over its log.

    Returns
    -------
    pl.DataFrame
        By template_id u32: filled u32, stretches that hold it; clusters u32, runs of these without a stretch between;
        stretches u32, of the log; begins f64, where it is first seen, 0 at the start, 1 at the end; crowding f64, 0 as
        spread by chance, 1 all in one stretch, null where template or log are too small to tell
    """
    counts = _fit_span(_choose_grid(buckets)).counts
    stretches = counts["bucket"].unique().sort()
    rank = pl.Series("rank", np.searchsorted(stretches.to_numpy(), counts["bucket"].to_numpy()), dtype=pl.Int64)
    apart = pl.col("rank").diff().over("template_id").fill_null(2) > 1
    rows = counts.with_columns(rank).with_columns(apart=apart)
    spread = rows.group_by("template_id", maintain_order=True).agg(
        pl.col("count").sum(),
        filled=pl.len(),
        clusters=pl.col("apart").sum(),
        begins=pl.col("rank").first() / max(len(stretches) - 1, 1),
    )
    return spread.select(
        "template_id",
        "filled",
        "clusters",
        "begins",
        stretches=pl.lit(len(stretches), pl.UInt32),
        crowding=_crowd(len(stretches)),
    )


def _crowd(stretches: int) -> pl.Expr:
    if stretches < FEWEST_STRETCHES:
        return pl.lit(None, pl.Float64)
    empty = pl.col("count").cast(pl.Float64) * math.log(1 - 1 / stretches)
    expected = stretches * (1 - empty.exp())
    crowding = (1 - (pl.col("filled") - 1) / (expected - 1)).clip(0, 1)
    return pl.when(pl.col("count") >= FEWEST_EVENTS).then(crowding)


def _choose_grid(buckets: Buckets) -> CountGrid:
    timed, counted = (int(grid.counts["count"].sum()) for grid in (buckets.times, buckets.lines))
    spread = buckets.times.counts["bucket"].n_unique() >= FEWEST_STRETCHES
    return buckets.times if spread and timed > MOSTLY_TIMED * counted else buckets.lines


def _fit_span(grid: CountGrid) -> CountGrid:
    """The grid, so wide that the central events lie in few enough stretches."""
    if grid.counts.is_empty():
        return grid
    events = grid.counts.group_by("bucket").agg(pl.col("count").sum()).sort("bucket")
    share = (events["count"].cum_sum() / events["count"].sum()).to_numpy()
    first, last = np.searchsorted(share, [(1 - CENTRAL) / 2, (1 + CENTRAL) / 2])
    begin, end, times = events["bucket"][int(first)], events["bucket"][int(last)], 1
    while end // times - begin // times >= STRETCHES:
        times *= 2
    return grid.widen(times)
