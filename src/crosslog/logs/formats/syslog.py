"""Syslog: RFC 5424 (Gerhards, 2009) and RFC 3164 (Lonvick, 2001), the latter also with ISO 8601 times.

RFC 5424: `<PRI>VERSION TIME HOST APP PROCID MSGID STRUCTURED-DATA MESSAGE`, `-` where a value is unknown; where there
is no message, the structured data are the content. RFC 3164: `<PRI>Mmm dd hh:mm:ss HOST DAEMON[PID]: MESSAGE`, where
PRI, host and daemon may be missing. The level is PRI's severity.

A time of RFC 3164 has no year: it stays null unless the option `year` names it, and is then taken as UTC. The year
holds for all lines: a log that passes New Year is two entries in systems.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import ISO_TIME, NOTHING, LineFormat, drop_unknown, keep_readable, parse_iso_time, part

_SEVERITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")  # RFC 5424, 6.2.1
HIGHEST_PRI = 191
STAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^ ]+"
ELEMENT = r'\[[^ =\]"]+(?: [^ =\]"]+="(?:[^"\\]|\\.)*")*\]'
_LINE = (
    r"^(?:<(?P<pri>[0-9]{1,3})>)?"
    rf"(?:[1-9][0-9]{{0,2}} (?:-|(?P<stamp>{STAMP})) (?P<host>[^ ]+) (?P<app>[^ ]+) [^ ]+ [^ ]+ "
    rf"(?:-|(?P<data>(?:{ELEMENT})+))(?: \x{{FEFF}}?(?P<message>.*))?"
    rf"|(?:(?P<local>{STAMP})|(?P<date>[A-Z][a-z]{{2}} +[0-9]{{1,2}} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}))"
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
    year : of all times of RFC 3164; None leaves them null
    """

    year: int | None = None
    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """As LineFormat says."""
        said = pl.coalesce(part("message"), part("content"), part("data"))
        read = part("host").is_not_null() | part("local").is_not_null() | part("date").is_not_null()
        return {
            "time": self._time(),
            "node": drop_unknown(pl.coalesce(part("host"), part("node")), "-"),
            "component": drop_unknown(pl.coalesce(part("app"), part("daemon"), part("program")), "-"),
            "level": _severity(),
            "content": keep_readable(read, said),
            "label": NOTHING,
            "session": NOTHING,
        }

    def _time(self) -> pl.Expr:
        pieces = pl.coalesce(part("stamp"), part("local")).str.extract_groups(f"^{ISO_TIME}$").struct
        full = parse_iso_time(*(pieces.field(name) for name in ("date", "clock", "fraction", "zone")))
        if self.year is None:
            return full
        text = pl.concat_str(pl.lit(f"{self.year} "), part("date").str.replace(" +", " "))
        return full.fill_null(text.str.to_datetime("%Y %b %d %H:%M:%S", time_unit="us", strict=False, time_zone="UTC"))


def _severity() -> pl.Expr:
    pri = part("pri").str.to_integer(strict=False)
    words = (pri % len(_SEVERITIES)).replace_strict(dict(enumerate(_SEVERITIES)), return_dtype=pl.String)
    return pl.when(pri <= HIGHEST_PRI).then(words)
