"""A log as a strip over its time, or over its lines where it has none: how many events, and where a finding's are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.hints.buckets import Buckets, CountGrid
from crosslog.monitoring.findings import format_time

BINS = 240
MOSTLY = 0.5  # share of the events that have a time, from which on the strip is one of time


@dataclass(frozen=True)
class Strip:
    """Events of a log in stretches of equal length.

    Attributes
    ----------
    counts : by template_id, (bins,) events; all templates under None
    ends : what stands at its two ends
    """

    counts: dict[int | None, NDArray[np.int64]]
    ends: tuple[str, str]


def draw_strip(buckets: Buckets) -> Strip:
    """The strip of a log, in at most BINS stretches; none where it has no event."""
    timed, every = int(buckets.times.counts["count"].sum()), int(buckets.lines.counts["count"].sum())
    of_time = timed > MOSTLY * every
    grid = buckets.times if of_time else buckets.lines
    if not len(grid.counts):
        return Strip({None: np.zeros(1, dtype=np.int64)}, ("", ""))
    first, last = int(grid.counts["bucket"].min()), int(grid.counts["bucket"].max())  # type: ignore[arg-type]
    step = -(-(last - first + 1) // BINS)
    bins = -(-(last - first + 1) // step)
    ends = tuple(_name_end(number * grid.width, of_time=of_time) for number in (first, last))
    return Strip(dict(_counts(grid, first, step, bins)), (ends[0], ends[1]))


def _counts(grid: CountGrid, first: int, step: int, bins: int) -> list[tuple[int | None, NDArray[np.int64]]]:
    placed = grid.counts.select("template_id", "count", bin=(pl.col("bucket") - first) // step)
    found: dict[int | None, NDArray[np.int64]] = {None: np.zeros(bins, dtype=np.int64)}
    for (template, _), rows in placed.group_by("template_id", pl.lit(0), maintain_order=True):
        lane = np.bincount(rows["bin"].to_numpy(), weights=rows["count"].to_numpy(), minlength=bins).astype(np.int64)
        found[int(template)] = lane
        found[None] += lane
    return list(found.items())


def _name_end(position: int, *, of_time: bool) -> str:
    return format_time(position) if of_time else f"line {max(position, 1):,}"
