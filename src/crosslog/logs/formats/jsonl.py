"""JSON Lines: an object a line; options say which key is what.

A key may be nested, its parts joined by dots (`log.level`); a key that itself has the dots comes first. Lines that are
no JSON, or have no message, are unreadable: they are counted and kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import polars as pl

from crosslog.logs.line_format import ISO_TIME, NOTHING, FormatError, LineFormat, parse_iso_time, part

_VALUES = ("message", "time", "level", "node", "component", "session")
PER_SECOND = {"seconds": 1_000_000, "milliseconds": 1_000}  # microseconds


@dataclass(frozen=True)
class Jsonl(LineFormat):
    """Reads lines of JSON.

    Parameters
    ----------
    message, time, level, node, component, session : the keys; only the message must be there
    time_as : `iso` (ISO 8601, UTC where it names no zone), or `seconds` or `milliseconds` since 1970
    """

    message: str = "message"
    time: str | None = None
    level: str | None = None
    node: str | None = None
    component: str | None = None
    session: str | None = None
    time_as: Literal["iso", "seconds", "milliseconds"] = "iso"

    def __post_init__(self) -> None:
        """Refuse an unknown way to write a time."""
        if self.time_as not in ("iso", *PER_SECOND):
            raise FormatError(f"jsonl: time_as must be iso, seconds or milliseconds, not {self.time_as!r}")

    @property
    def parts(self) -> pl.Expr:
        """The values as text."""
        # polars' own decoding is as fast, but one line that is no JSON makes it refuse all of them.
        return pl.col("raw").map_batches(self._decoded, return_dtype=pl.Struct(dict.fromkeys(_VALUES, pl.String)))

    def _decoded(self, lines: pl.Series) -> pl.Series:
        contents = [_content(line) for line in lines]
        columns = {name: _texts(contents, getattr(self, name)) for name in _VALUES}
        return pl.DataFrame(columns, schema=dict.fromkeys(_VALUES, pl.String)).to_struct()

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """As LineFormat says."""
        plain = {name: part(name) for name in ("node", "component", "level", "session")}
        return {**plain, "time": self._time(), "content": part("message"), "label": NOTHING}

    def _time(self) -> pl.Expr:
        if self.time_as == "iso":
            pieces = part("time").str.extract_groups(f"^{ISO_TIME}$").struct
            return parse_iso_time(*(pieces.field(name) for name in ("date", "clock", "fraction", "zone")))
        since = part("time").cast(pl.Float64, strict=False) * PER_SECOND[self.time_as]
        return pl.from_epoch(since.round().cast(pl.Int64, strict=False), time_unit="us").dt.replace_time_zone("UTC")


def _content(line: str | None) -> dict[str, Any]:
    try:
        content = orjson.loads(line or "")
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _texts(contents: list[dict[str, Any]], key: str | None) -> list[str | None]:
    if key is None:
        return [None] * len(contents)
    path = key.split(".")
    return [_text(content[key] if key in content else _nested(content, path)) for content in contents]


def _nested(content: Any, path: list[str]) -> Any:
    for key in path:
        if not isinstance(content, dict) or key not in content:
            return None
        content = content[key]
    return content


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()
