"""The years of times that name none: from the order of lines, and from one year or moment that is known.

A step of half a year back is New Year, the same step forward a line that came late. So lines have their year relative
to the first one, their turn. Which year the first has, a user says; or else the newest of all is the last one before
the file was changed, or half a year after the newest time with a year. The 29th of February is in a leap year.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from crosslog.logs.line_format import YEARLESS

DAY = 86_400_000_000  # microseconds
YEAR = 366 * DAY  # of the leap year that all yearless times are read in
HALF = YEAR // 2
START = int(datetime(YEARLESS, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
LEAP_DAY = 59  # the day of the year, from 0, that only a leap year has
FOUR_CENTURIES = 400
OWN = -32_768  # in place of a turn: the time has a year of its own


class Years(NamedTuple):
    """What a chunk knows of its lines without a year: plain values, kept as JSON."""

    first: int | None = None  # its first such time, in microseconds of the year YEARLESS since 1970
    last: int = 0
    last_turn: int = 0
    newest: int = 0  # the latest, as turn * YEAR + microseconds of the year
    leap: tuple[int, ...] = ()  # turns that have a 29th of February
    own: int | None = None  # latest time with a year
    lines: int = 0
    first_line: int = 0
    sample: str = ""


def turn_between(first: int, second: int) -> int:
    """1 where New Year lies between two times of the year YEARLESS, -1 where the second came late, else 0."""
    return int(second - first < -HALF) - int(second - first > HALF)


def count_turns(frame: pl.DataFrame) -> tuple[pl.DataFrame, Years]:
    """The frame (columns line, raw, time, yearless) with yearless times in `time`, and `turn`: their years from 0.

    `turn` is OWN where a time has a year, null where there is no time.
    """
    bare = frame["time"].is_null() & frame["yearless"].is_not_null()
    times = frame["yearless"].to_physical().filter(bare)
    steps = times.diff()
    turns = ((steps < -HALF).cast(pl.Int32) - (steps > HALF).cast(pl.Int32)).fill_null(0).cum_sum()
    own = pl.when(pl.col("time").is_not_null()).then(pl.lit(OWN, dtype=pl.Int32))
    placed = frame.with_columns(turn=own)
    if len(times):
        places = bare.cum_sum().cast(pl.Int64) - 1
        spread = pl.select(pl.when(bare).then(places)).to_series()
        placed = placed.with_columns(turn=pl.coalesce(turns.gather(spread), pl.col("turn")))
    placed = placed.with_columns(time=pl.coalesce("time", "yearless")).drop("yearless")
    return placed, _summarise(frame, bare, times, turns)


def _summarise(frame: pl.DataFrame, bare: pl.Series, times: pl.Series, turns: pl.Series) -> Years:
    own = frame.select(pl.col("time").to_physical().max()).item()
    if times.is_empty():
        return Years(own=own)
    within = times - START
    leap = turns.filter((within // DAY) == LEAP_DAY).unique().sort()
    place = bare.arg_true()[0]
    return Years(
        first=times[0],
        last=times[-1],
        last_turn=turns[-1],
        newest=pl.select((turns.cast(pl.Int64) * YEAR + within).max()).item(),
        leap=tuple(leap.to_list()),
        own=own,
        lines=len(times),
        first_line=frame["line"][place],
        sample=frame["raw"][place],
    )


@dataclass
class YearTable:
    """What is known of a whole log's lines without a year; it grows by that of its chunks, in order."""

    turn: int = 0  # of the last such line
    last: int | None = None
    newest: int | None = None
    leap: set[int] = field(default_factory=set)
    own: int | None = None
    lines: int = 0
    first: tuple[int, str] = (0, "")  # number and start of the first line

    def add(self, years: Years) -> int:
        """The turn that the chunk's turn 0 is in the whole log."""
        if years.own is not None:
            self.own = max(years.own, years.own if self.own is None else self.own)
        if years.first is None:
            return self.turn
        start = self.turn + (0 if self.last is None else turn_between(self.last, years.first))
        newest = start * YEAR + years.newest
        self.newest = newest if self.newest is None else max(self.newest, newest)
        self.leap |= {start + turn for turn in years.leap}
        self.turn, self.last = start + years.last_turn, years.last
        self.first = self.first if self.lines else (years.first_line, years.sample)
        self.lines += years.lines
        return start

    def find_first(self, known: int | None, changed: float) -> int:
        """The year of turn 0.

        Parameters
        ----------
        known : the year of the first line, where a user says it
        changed : when the newest file was changed, in seconds since 1970
        """
        if known is not None or self.newest is None:
            return YEARLESS if known is None else known
        limit = int(changed) * 1_000_000 + DAY if self.own is None else self.own + HALF
        turn, within = divmod(self.newest, YEAR)
        year = datetime.fromtimestamp(limit / 1_000_000, UTC).year
        first = year - turn - int(_in_year(year, within) > limit)
        fitting = (first - back for back in range(FOUR_CENTURIES) if _are_leap(first - back + t for t in self.leap))
        return next(fitting, first)


def _are_leap(years: Iterable[int]) -> bool:
    return all(year > 0 and calendar.isleap(year) for year in years)


def _in_year(year: int, within: int) -> int:
    """Microseconds since 1970 of a moment of the year YEARLESS, in another year."""
    later = within // DAY > LEAP_DAY and not calendar.isleap(year)
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 + within - (DAY if later else 0)


def place_in_years(frame: pl.DataFrame, first_year: int) -> pl.DataFrame:
    """The frame with the times that have a turn in their year, null where it has no such day; without `turn`."""
    turns = frame["turn"].unique().drop_nulls().to_list()
    years = {turn: first_year + turn for turn in turns if turn != OWN}
    starts = {turn: int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for turn, year in years.items()}
    leap = [turn for turn, year in years.items() if calendar.isleap(year)]
    start = pl.col("turn").replace_strict(starts, default=None, return_dtype=pl.Int64)
    within = pl.col("time").to_physical() - START
    short, day = ~pl.col("turn").is_in(leap), within // DAY
    moved = pl.when(~short | (day < LEAP_DAY)).then(within).when(day > LEAP_DAY).then(within - DAY)
    placed = pl.when(start.is_not_null()).then((start + moved).cast(frame.schema["time"])).otherwise(pl.col("time"))
    return frame.with_columns(time=placed).drop("turn")
