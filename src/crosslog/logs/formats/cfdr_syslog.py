"""The syslogs of Thunderbird, Spirit and Liberty, as the USENIX CFDR has them (Oliner & Stearley, DSN 2007).

`TAG EPOCH DATE NODE MONTH DAY TIME SOURCE DAEMON[PID]: MESSAGE`: TAG is `-` where the line is no alert; daemon and pid
may be missing, and a daemon given by its path is named by the last part of it.
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
    keep_readable,
    part,
    read_alert_tag,
    read_cut_tag,
    remove_tag,
)
from crosslog.logs.times import parse_epoch_time

_LINE = (
    r"^ *(?P<tag>-|[A-Z][A-Z0-9_]*) +(?P<epoch>[0-9]+) +(?P<date>[^ ]+) (?P<node>[^ ]*) "
    r"[A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8}(?: (?P<source>[^ ]+)|$)"
    r"(?: +(?:[^ ]*/)?(?P<daemon>[^ /:\[\]()]+)(?:\([^ )]*\))?(?:\[[0-9]*\])?:(?: +|$)| +|$)"
    r"(?P<content>.*)$"
)


@dataclass(frozen=True)
class CfdrSyslog(LineFormat):
    """Reads lines of CFDR's Linux clusters; lines label themselves."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": parse_epoch_time(part("epoch")),
        "node": part("node"),
        "component": part("daemon"),
        "level": NOTHING,
        "content": keep_readable(part("epoch").str.contains(EPOCH), part("content")),
        "label": read_alert_tag(part("tag")),
        "session": NOTHING,
    }
    unlabelled: ClassVar[pl.Expr] = remove_tag()
    tag: ClassVar[pl.Expr] = read_cut_tag()
