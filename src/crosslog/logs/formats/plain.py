"""Any text log: time, host, program and severity are read where a line starts with them, the rest is content.

An ISO 8601 time is taken as UTC where it names no zone. A syslog time (RFC 3164) has no year: it is cut off and `time`
stays null rather than invented. Lines without a time have that of the line before. There are no labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import NOTHING, LineFormat, part

LINE = (
    r"^(?:<[0-9]{1,3}>)?"
    r"(?:"
    r"\[?(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,6})[0-9]*)? ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?\]?(?: +|$)"
    r"|[A-Z][a-z]{2} [ 0-9]?[0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} (?P<node>[^ ]+) "
    r"(?:(?:[^ ]*/)?(?P<component>[^ /:\[\]()]+)(?:\([^ )]*\))?(?:\[[0-9]*\])?:(?: +|$))?"
    r")?"
    r"(?:[\[(]?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|ALERT|FATAL|EMERGENCY)"
    r"[\])]?(?::? +|:?$))?"
    r"(?P<content>.*)$"
)


def _moment() -> pl.Expr:
    zone = part("zone").str.replace("^Z$", "+00:00").fill_null("+00:00").str.replace(":", "", literal=True)
    fraction = part("fraction").fill_null("").str.pad_end(6, "0")
    text = pl.concat_str(part("date"), pl.lit("T"), part("clock"), pl.lit("."), fraction, zone)
    return text.str.to_datetime("%Y-%m-%dT%H:%M:%S.%6f%z", time_unit="us", strict=False).dt.convert_time_zone("UTC")


class Plain(LineFormat):
    """Reads lines of any log."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": _moment(),
        "node": part("node"),
        "component": part("component"),
        "level": part("level"),
        "content": part("content"),
        "label": NOTHING,
        "session": NOTHING,
    }
    carries_time: ClassVar[bool] = True
