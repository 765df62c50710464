"""What is odd in the times and levels of a log's lines: times missing, implausible or running backwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from crosslog.logs.levels import LEVEL_WORDS
from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing.remarks import SAMPLE_CHARACTERS, RemarkRow, RemarkTable
from crosslog.logs.parsing.years import DAY, OWN, YEAR
from crosslog.logs.times import DATED, SECOND

EARLIEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * SECOND  # syslog is of 1980, its first RFC of 2001
READABLE = (-62_135_596_800 * SECOND, 253_402_300_800 * SECOND)  # years that Python and most tools know: 1 to 9999


class Edge(NamedTuple):
    """A timed line at a chunk's start or end; times without a year and with one are never compared."""

    yearless: bool
    member: int
    microseconds: int
    line: int
    sample: str


def drop_unreadable_times(frame: pl.DataFrame, remarks: RemarkTable) -> pl.DataFrame:
    """The frame without times that no calendar has; those and others that are implausible are remarked."""
    times = frame["time"].to_physical()
    if "turn" in frame.columns:
        times = pl.select(pl.when((frame["turn"] == OWN).fill_null(value=False)).then(times)).to_series()
    first, last = pl.select(first=times.min(), last=times.max()).row(0)
    latest = int(time.time() + 86_400) * SECOND
    if first is None or (first >= EARLIEST and last <= latest):
        return frame
    remarks.add("implausible_time", frame, (times < EARLIEST) | (times > latest))
    strange = (times < READABLE[0]) | (times >= READABLE[1])
    return frame.with_columns(time=pl.when(~strange.fill_null(value=False)).then("time"))


def remark_levels(frame: pl.DataFrame, remarks: RemarkTable) -> None:
    """Remark levels that are no words for one: what stands there is something else, as with a pattern that slips."""
    levels = frame["level"].unique().drop_nulls()
    odd = levels.filter(~levels.str.to_lowercase().str.strip_chars("[]<>:() ").is_in(list(LEVEL_WORDS)))
    odd = odd.filter(~odd.str.contains(r"^[0-9]{1,2}$"))
    if len(odd):
        remarks.add("odd_level", frame, frame["level"].is_in(odd.implode()))


def remark_backwards(frame: pl.DataFrame, remarks: RemarkTable) -> list[Edge]:
    """Remark steps back within each file, and give the chunk's first and last timed line, of both kinds of time."""
    edges: list[Edge] = []
    for yearless, timed in _kinds(frame):
        if timed.is_empty():
            continue
        within = timed["member_number"].eq_missing(timed["member_number"].shift(1))
        steps = timed["at"].diff()
        if not timed["at"].is_sorted():
            remarks.add("backwards", timed, within & (steps < 0))
            remarks.add("far_backwards", timed, within & (steps < -DAY))
        edges += [_edge(yearless, timed.row(place, named=True)) for place in (0, -1)]
    return edges


def _kinds(frame: pl.DataFrame) -> Iterator[tuple[bool, pl.DataFrame]]:
    needed = frame.select("line", "raw", "member_number", at=pl.col("time").to_physical())
    if "turn" not in frame.columns:
        yield False, needed.filter(pl.col("at").is_not_null()) if needed["at"].null_count() else needed
        return
    own, turn = (frame["turn"] == OWN).fill_null(value=False), frame["turn"]
    timed = needed["at"].is_not_null()
    yield False, needed.filter(own & timed)
    yield True, needed.with_columns(pl.col("at") + turn.cast(pl.Int64) * YEAR).filter(~own & timed & turn.is_not_null())


def _edge(yearless: bool, row: dict[str, object]) -> Edge:
    member, at, line = (int(str(row[name])) for name in ("member_number", "at", "line"))
    return Edge(yearless, member, at, line, str(row["raw"])[:SAMPLE_CHARACTERS])


def compare_edges(before: dict[bool, Edge], edges: list[Edge], turns: int) -> list[RemarkRow]:
    """Remarks on steps back from the chunk before; `before` then holds the last lines of this one."""
    found: list[RemarkRow] = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        shift = turns * YEAR if first.yearless else 0
        known = before.get(first.yearless)
        step = first.microseconds + shift - known.microseconds if known and known.member == first.member else 0
        found += [("backwards", 1, first.line, first.sample)] if step < 0 else []
        found += [("far_backwards", 1, first.line, first.sample)] if step < -DAY else []
        before[first.yearless] = last._replace(microseconds=last.microseconds + shift)
    return found


def find_untimed(frame: pl.DataFrame, line_format: LineFormat) -> pl.Series:
    """Readable lines without a time that should have one; the format's `carries_time` is not yet looked at."""
    if not line_format.reads_time:
        return pl.repeat(value=False, n=len(frame), eager=True)
    return frame["time"].is_null() & frame["content"].is_not_null()


def find_dated(raw: pl.Series) -> pl.Series:
    """Lines that begin with a date, in whatever way it is written."""
    return raw.str.contains(DATED)
