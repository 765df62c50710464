"""JSON Lines: an object a line; options say which key is what, and common ones are known without.

A key may be nested, its parts joined by dots (`log.level`, `records.0.body`); a key that itself has the dots comes
first. Lines that are no JSON, or have no message, are unreadable: they are counted and kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import polars as pl

from crosslog.logs.json_keys import COMMON_KEYS, find_value, format_value
from crosslog.logs.levels import OTEL_LEVELS, SYSLOG_LEVELS
from crosslog.logs.line_format import NOTHING, FormatError, LineFormat, check_join, part
from crosslog.logs.times import SECOND, parse_epoch_count, parse_iso_text

_VALUES = ("message", "time", "level", "node", "component", "session")
PER_UNIT = {"seconds": SECOND, "milliseconds": 1_000, "microseconds": 1}
OF_SYSLOG = {str(number): level for number, level in enumerate(SYSLOG_LEVELS)}
OF_OTEL = {str(number): OTEL_LEVELS[(number - 1) // 4] for number in range(1, 25)}
NUMBERED = {"priority": OF_SYSLOG, "severitynumber": OF_OTEL, "severity_number": OF_OTEL}


@dataclass(frozen=True)
class Jsonl(LineFormat):
    """Reads lines of JSON.

    Parameters
    ----------
    message, time, level, node, component, session : the keys; where one is not given, the first of COMMON_KEYS that a
        line has; only the message must be there. The numbers of journald's PRIORITY and of OpenTelemetry's
        severityNumber become words
    time_as : `auto` (ISO 8601, UTC where it names no zone, or a number since 1970 whose size says of which unit),
        `iso`, `seconds`, `milliseconds` or `microseconds`
    join : which lines belong to the event before them: `indented` (those of traces too), `pattern` (all that are no
        JSON) or `none`
    """

    message: str | None = None
    time: str | None = None
    level: str | None = None
    node: str | None = None
    component: str | None = None
    session: str | None = None
    time_as: Literal["auto", "iso", "seconds", "milliseconds", "microseconds"] = "auto"
    join: str = "indented"

    def __post_init__(self) -> None:
        """Refuse an unknown way to write a time, or to join lines."""
        if self.time_as not in ("auto", "iso", *PER_UNIT):
            raise FormatError(f"jsonl: time_as must be auto, iso, {', '.join(PER_UNIT)}, not {self.time_as!r}")
        check_join(self.join)

    @property
    def parts(self) -> pl.Expr:
        """The values as text."""
        # polars' own decoding is as fast, but one line that is no JSON makes it refuse all of them.
        return pl.col("raw").map_batches(self._decoded, return_dtype=pl.Struct(dict.fromkeys(_VALUES, pl.String)))

    def _decoded(self, lines: pl.Series) -> pl.Series:
        contents = [_content(line) for line in lines]
        columns = {name: _texts(contents, self._keys(name)) for name in _VALUES}
        return pl.DataFrame(columns, schema=dict.fromkeys(_VALUES, pl.String)).to_struct()

    def _keys(self, name: str) -> Sequence[str]:
        given = getattr(self, name)
        return COMMON_KEYS.get(name, ()) if given is None else (given,)

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """As LineFormat says."""
        plain = {name: part(name) for name in ("node", "component", "level", "session")}
        return {**plain, "time": self._time(), "content": part("message").str.strip_chars_end("\r\n"), "label": NOTHING}

    def _time(self) -> pl.Expr:
        text = part("time")
        if self.time_as in PER_UNIT:
            return parse_epoch_count(text, PER_UNIT[self.time_as])
        iso = parse_iso_text(text)
        return iso if self.time_as == "iso" else pl.coalesce(iso, parse_epoch_count(text))


def _content(line: str | None) -> dict[str, Any]:
    try:
        content = orjson.loads(line or "")
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _texts(contents: list[dict[str, Any]], keys: Sequence[str]) -> list[str | None]:
    paths = [(key, key.split("."), NUMBERED.get(key.rpartition(".")[2].lower(), {})) for key in keys]
    return [_text(content, paths) for content in contents]


def _text(content: dict[str, Any], paths: list[tuple[str, list[str], dict[str, str]]]) -> str | None:
    """What the first of the keys that the object has holds; a number that stands for a level as its word.

    Of several keys one that holds an object is not meant.
    """
    for key, path, words in paths:
        value = find_value(content, key, path)
        if value is not None and (len(paths) == 1 or not isinstance(value, dict)):
            text = format_value(value)
            return words.get(text, text)
    return None
