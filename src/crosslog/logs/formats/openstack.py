"""OpenStack's logs, as loghub has them (Du et al., DeepLog, CCS 2017; Zhu et al., ISSRE 2023).

`FILE yyyy-mm-dd hh:mm:ss.mmm PID LEVEL COMPONENT [REQUEST] MESSAGE`, times taken as UTC. The session is the virtual
machine in `[instance: UUID]`; a text file lists the anomalous ones, all others are normal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import NOTHING, LineFormat, keep_readable, part

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LINE = (
    r"^(?:[^ ]+ )?(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}) [0-9]+ "
    r"(?P<level>[A-Z]+) (?P<component>[^ ]+)(?: \[(?:-|req-[^\]]*)\])?(?: +|$)(?P<content>.*)$"
)


@dataclass(frozen=True)
class Openstack(LineFormat):
    """Reads lines of OpenStack's services; anomalous instances are listed in a file beside them."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": part("time")
        .str.to_datetime("%Y-%m-%d %H:%M:%S%.3f", time_unit="us", strict=False)
        .dt.replace_time_zone("UTC"),
        "node": NOTHING,
        "component": part("component"),
        "level": part("level"),
        "content": keep_readable(part("time").is_not_null(), part("content")),
        "label": NOTHING,
        "session": pl.col("raw").str.extract(rf"\[instance: ({UUID})\]"),
    }
    label_file: ClassVar[str | None] = "anomaly_labels.txt"

    def session_labels(self, text: str) -> dict[str, str | None]:
        """Every instance that the text names, as `Anomaly`."""
        found: dict[str, str | None] = dict.fromkeys(re.findall(UUID, text), "Anomaly")
        if not found:
            raise ValueError("no instance such as 01234567-89ab-cdef-0123-456789abcdef in it")
        return found
