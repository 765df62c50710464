"""Any text log: time, host, program and severity are read where a line starts with them, the rest is content.

An ISO 8601 time is taken as UTC where it names no zone. A syslog time (RFC 3164) has no year: it follows from the order
of the lines (parsing/years.py). Lines without a time have that of the line before, unless they begin with a date that
is written in another way. There are no labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import NOTHING, YEARLESS, LineFormat, check_join, part
from crosslog.logs.times import ISO_PIECES, ISO_TIME, MONTH_TIME, parse_fraction, parse_iso_time, parse_month_time

_LINE = (
    r"^\s*(?:<[0-9]{1,3}>)?"
    r"(?:"
    rf"\[?{ISO_TIME}\]?(?: +|$)"
    rf"|(?P<local>{MONTH_TIME})(?:[.,](?P<parts>[0-9]{{1,6}})[0-9]*)? (?P<node>[^ ]+) "
    r"(?:(?:[^ ]*/)?(?P<component>[^ /:\[\]()]+)(?:\([^ )]*\))?(?:\[[0-9]*\])?:(?: +|$))?"
    r")?"
    r"(?:[\[(]?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|ALERT|FATAL|EMERGENCY)"
    r"[\])]?(?::? +|:?$))?"
    r"(?P<content>.*)$"
)


@dataclass(frozen=True)
class Plain(LineFormat):
    """Reads lines of any log.

    Parameters
    ----------
    year : of the first time without one; without, the newest is the last one before the file changed
    join : which lines belong to the event before them: `indented` (those of traces too), `pattern` (all without a time)
        or `none`
    """

    year: int | None = None
    join: str = "indented"

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": parse_iso_time(*map(part, ISO_PIECES)),
        "node": part("node"),
        "component": part("component"),
        "level": part("level"),
        "content": part("content"),
        "label": NOTHING,
        "session": NOTHING,
    }
    carries_time: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse an unknown way to join lines."""
        check_join(self.join)

    @property
    def yearless(self) -> pl.Expr:
        """As LineFormat says."""
        return parse_month_time(part("local"), YEARLESS) + pl.duration(microseconds=parse_fraction(part("parts")))

    @property
    def first_year(self) -> int | None:
        """As LineFormat says."""
        return self.year

    @property
    def opens_event(self) -> pl.Expr:
        """As LineFormat says."""
        timed = pl.col("time").is_not_null() | pl.col("yearless").is_not_null()
        return timed if self.join == "pattern" else timed | pl.col("level").is_not_null()
