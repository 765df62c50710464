"""Blue Gene/L's RAS log, as the USENIX CFDR has it (Oliner & Stearley, DSN 2007).

`TAG EPOCH DATE NODE TIME NODE TYPE COMPONENT LEVEL MESSAGE`: TAG is `-` where the line is no alert. TIME is local; the
event's time is EPOCH (UTC) with TIME's microseconds.
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
    parse_epoch_time,
    part,
    read_alert_tag,
    remove_tag,
    split_at_blanks,
)

LEVEL = r"^[A-Z]+$"


@dataclass(frozen=True)
class Bgl(LineFormat):
    """Reads lines of Blue Gene/L; lines label themselves."""

    parts: ClassVar[pl.Expr] = split_at_blanks(10)
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
    unreadable: ClassVar[pl.Expr] = remove_tag()
