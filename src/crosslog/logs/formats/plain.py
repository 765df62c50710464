"""Any text log: time, host, program and severity are read where a line starts with them, the rest is content.

An ISO 8601 time is taken as UTC where it names no zone. A syslog time (RFC 3164) has no year: it is cut off and `time`
stays null rather than invented. Lines without a time have that of the line before. There are no labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import ISO_TIME, NOTHING, LineFormat, parse_iso_time, part

_LINE = (
    r"^(?:<[0-9]{1,3}>)?"
    r"(?:"
    rf"\[?{ISO_TIME}\]?(?: +|$)"
    r"|[A-Z][a-z]{2} [ 0-9]?[0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} (?P<node>[^ ]+) "
    r"(?:(?:[^ ]*/)?(?P<component>[^ /:\[\]()]+)(?:\([^ )]*\))?(?:\[[0-9]*\])?:(?: +|$))?"
    r")?"
    r"(?:[\[(]?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|ALERT|FATAL|EMERGENCY)"
    r"[\])]?(?::? +|:?$))?"
    r"(?P<content>.*)$"
)


@dataclass(frozen=True)
class Plain(LineFormat):
    """Reads lines of any log."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": parse_iso_time(part("date"), part("clock"), part("fraction"), part("zone")),
        "node": part("node"),
        "component": part("component"),
        "level": part("level"),
        "content": part("content"),
        "label": NOTHING,
        "session": NOTHING,
    }
    carries_time: ClassVar[bool] = True
