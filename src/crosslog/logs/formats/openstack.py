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
from crosslog.logs.times import parse_iso_time

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LIKE_UUID = re.compile(r"\b[0-9A-Za-z]{4,16}(?:-[0-9A-Za-z]{1,16}){3,8}\b")
_LINE = (
    r"^ *(?:[^ ]+ +)?(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}) (?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,6})[0-9]*)? +[0-9]+ +"
    r"(?P<level>[A-Z]+) +(?P<component>[^ ]+)(?: \[(?:-|req-[^\]]*)\])?(?: +|$)(?P<content>.*)$"
)


@dataclass(frozen=True)
class Openstack(LineFormat):
    """Reads lines of OpenStack's services; anomalous instances are listed in a file beside them."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": parse_iso_time(part("date"), part("clock"), part("fraction"), NOTHING),
        "node": NOTHING,
        "component": part("component"),
        "level": part("level"),
        "content": keep_readable(part("date").is_not_null(), part("content")),
        "label": NOTHING,
        "session": pl.col("raw").str.extract(rf"\[instance: ({UUID})\]"),
    }
    label_file: ClassVar[str | None] = "anomaly_labels.txt"

    def session_labels(self, text: str) -> dict[str, str | None]:
        """Every instance that the text names, as `Anomaly`."""
        found: dict[str, str | None] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            for word in LIKE_UUID.findall(line):
                if not re.fullmatch(UUID, word):
                    raise ValueError(
                        f"line {number}: {word} is no instance such as 01234567-89ab-cdef-0123-456789abcdef"
                    )
                found[word] = "Anomaly"
        if not found:
            raise ValueError("no instance such as 01234567-89ab-cdef-0123-456789abcdef in it")
        return found
