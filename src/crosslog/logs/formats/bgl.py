"""Blue Gene/L's RAS log, as the USENIX CFDR has it (Oliner & Stearley, DSN 2007).

`TAG EPOCH DATE NODE TIME NODE TYPE COMPONENT LEVEL MESSAGE`: TAG is `-` where the line is no alert. TIME is local; the
event's time is EPOCH (UTC) with TIME's microseconds. Blanks too many before a field, and in front, are read over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import (
    EPOCH,
    NOTHING,
    LineFormat,
    drop_unknown,
    keep_readable,
    part,
    read_alert_tag,
    read_cut_tag,
    remove_tag,
)
from crosslog.logs.times import parse_epoch_time

LEVEL = r"^[A-Z]+$"
PIECES = 10
_HEAD = r"^ *(?P<field_0>-|[A-Z][A-Z0-9_]*)" + "".join(f" +(?P<field_{n}>[^ ]+)" for n in range(1, 9))
_ODD_LINE = _HEAD + r"(?: (?P<field_9>.*))?$"


def _cut_line(lines: pl.Series) -> pl.Series:
    """Pieces between single blanks, which is quick; the few lines with a blank too many are read with more care."""
    parts = lines.str.splitn(" ", PIECES)
    odd = _find_odd(parts)
    if not odd.any():
        return parts
    mended = lines.filter(odd).str.extract_groups(_ODD_LINE)
    places = pl.select(pl.when(odd).then(len(lines) + odd.cum_sum() - 1).otherwise(pl.int_range(len(lines))))
    return pl.concat([parts, mended]).gather(places.to_series())


def _find_odd(parts: pl.Series) -> pl.Series:
    """Where a piece is empty, or the first is no tag; the last, the message, may be anything."""
    pieces = parts.struct.unnest()
    blank = pl.any_horizontal(pl.col(f"field_{n}") == "" for n in range(PIECES - 1))
    tags = pieces["field_0"]
    strange = tags.filter(tags != "-").unique()
    strange = strange.filter(~strange.str.contains(r"^[A-Z][A-Z0-9_]*$"))
    found = pieces.select(blank.fill_null(value=False)).to_series()
    return found | tags.is_in(strange.implode()).fill_null(value=False) if len(strange) else found


@dataclass(frozen=True)
class Bgl(LineFormat):
    """Reads lines of Blue Gene/L; lines label themselves."""

    parts: ClassVar[pl.Expr] = pl.col("raw").map_batches(
        _cut_line, return_dtype=pl.Struct({f"field_{n}": pl.String for n in range(PIECES)})
    )
    _readable: ClassVar[pl.Expr] = part("field_1").str.contains(EPOCH) & part("field_8").str.contains(LEVEL)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": parse_epoch_time(part("field_1"), part("field_4").str.extract(r"\.([0-9]{6})$")),
        "node": drop_unknown(part("field_3"), "UNKNOWN_LOCATION", "NULL"),
        "component": drop_unknown(part("field_7"), "UNKNOWN"),
        "level": drop_unknown(part("field_8"), "UNKNOWN"),
        "content": keep_readable(_readable, part("field_9")),
        "label": read_alert_tag(part("field_0")),
        "session": NOTHING,
    }
    unlabelled: ClassVar[pl.Expr] = remove_tag()
    tag: ClassVar[pl.Expr] = read_cut_tag()
