"""Syslog: RFC 5424 (Gerhards, 2009) and RFC 3164 (Lonvick, 2001), the latter also with ISO 8601 times.

RFC 5424: `<PRI>VERSION TIME HOST APP PROCID MSGID STRUCTURED-DATA MESSAGE`, `-` where a value is unknown; where there
is no message, the structured data are the content. RFC 3164: `<PRI>Mmm dd hh:mm:ss HOST DAEMON[PID]: MESSAGE`, where
PRI, host and daemon may be missing. The level is PRI's severity.

A time of RFC 3164 has no year and no zone: it is taken as UTC, and its year follows from the order of the lines
(parsing/years.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.levels import SYSLOG_LEVELS
from crosslog.logs.line_format import NOTHING, YEARLESS, LineFormat, check_join, drop_unknown, keep_readable, part
from crosslog.logs.times import MONTH_TIME, parse_fraction, parse_iso_text, parse_month_time

HIGHEST_PRI = 191
# Digits and signs alone: what stands behind a comma or a bar without a blank is no part of a time, and would be lost.
STAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9Z:.,+-]+"
ELEMENT = r'\[[^ =\]"]+(?: [^ =\]"]+="(?:[^"\\]|\\.)*")*\]'
_LINE = (
    r"^ *(?:<(?P<pri>[0-9]{1,3})>)?"
    rf"(?:[1-9][0-9]{{0,2}} (?:-|(?P<stamp>{STAMP})) (?P<host>[^ ]+) (?P<app>[^ ]+) [^ ]+ [^ ]+ "
    rf"(?:-|(?P<data>(?:{ELEMENT})+))(?: \x{{FEFF}}?(?P<message>.*))?"
    rf"|(?:(?P<local>{STAMP})|(?P<date>{MONTH_TIME})(?:[.,](?P<fraction>[0-9]{{1,6}})[0-9]*)?)"
    r"(?: (?P<node>[^ \[\]]*[^ \[\]:]))?"
    r"(?: (?:[^ ]*/)?(?:(?P<daemon>[^ /:\[\]()]+)(?:\([^ )]*\))?(?:\[[0-9]*\])?"
    r"|(?P<program>[^/:\[\]() -][^/:\[\]()]*)\[[0-9]+\])"
    r"(?: \([^ )]*\))?:)?"
    r"(?: +(?P<content>.*))?)$"
)


@dataclass(frozen=True)
class Syslog(LineFormat):
    """Reads lines of syslog.

    Parameters
    ----------
    year : of the first time of RFC 3164; without, the newest is the last one before the file changed
    join : which lines belong to the event before them: `indented` (those of traces too), `pattern` (all that are no
        syslog) or `none`
    """

    year: int | None = None
    join: str = "indented"
    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)

    def __post_init__(self) -> None:
        """Refuse an unknown way to join lines."""
        check_join(self.join)

    @property
    def yearless(self) -> pl.Expr:
        """As LineFormat says."""
        return parse_month_time(part("date"), YEARLESS) + pl.duration(microseconds=parse_fraction(part("fraction")))

    @property
    def first_year(self) -> int | None:
        """As LineFormat says."""
        return self.year

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """As LineFormat says."""
        said = pl.coalesce(part("message"), part("content"), part("data"))
        read = part("host").is_not_null() | part("local").is_not_null() | part("date").is_not_null()
        return {
            "time": parse_iso_text(pl.coalesce(part("stamp"), part("local"))),
            "node": drop_unknown(pl.coalesce(part("host"), part("node")), "-"),
            "component": drop_unknown(pl.coalesce(part("app"), part("daemon"), part("program")), "-"),
            "level": _severity(),
            "content": keep_readable(read, said),
            "label": NOTHING,
            "session": NOTHING,
        }


def _severity() -> pl.Expr:
    pri = part("pri").str.to_integer(strict=False)
    words = (pri % len(SYSLOG_LEVELS)).replace_strict(dict(enumerate(SYSLOG_LEVELS)), return_dtype=pl.String)
    return pl.when(pri <= HIGHEST_PRI).then(words)
