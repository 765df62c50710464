"""HDFS data node and name node logs, as loghub has them (Xu et al., SOSP 2009; Zhu et al., ISSRE 2023).

`yymmdd hhmmss THREAD LEVEL COMPONENT: MESSAGE`, times taken as UTC. A line's session is the first block it names; a
block is labelled as a whole, in a CSV of BlockId and Label (Normal or Anomaly).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import NOTHING, LineFormat, keep_readable, part

_LINE = (
    r"^(?P<time>[0-9]{6} [0-9]{6}) [0-9]+ (?P<level>[A-Z]+) (?P<component>[^ :]+):(?: +|$)"
    r"(?P<content>.*)$"
)
_BLOCK = r"(blk_-?[0-9]+)"


@dataclass(frozen=True)
class Hdfs(LineFormat):
    """Reads lines of HDFS; blocks are labelled in a file beside them."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": part("time").str.to_datetime("%y%m%d %H%M%S", time_unit="us", strict=False).dt.replace_time_zone("UTC"),
        "node": NOTHING,
        "component": part("component"),
        "level": part("level"),
        "content": keep_readable(part("time").is_not_null(), part("content")),
        "label": NOTHING,
        "session": pl.col("raw").str.extract(_BLOCK),
    }
    label_file: ClassVar[str | None] = "*label*.csv"

    def session_labels(self, text: str) -> dict[str, str | None]:
        """Block to `Anomaly`, or None where it is normal."""
        rows = pl.read_csv(text.encode(), infer_schema=False) if text.strip() else pl.DataFrame()
        if not {"BlockId", "Label"} <= set(rows.columns):
            raise ValueError(f"expected the columns BlockId and Label, found {rows.columns}")
        labels = dict(rows.select("BlockId", pl.when(pl.col("Label") != "Normal").then("Label")).rows())
        if len(labels) < len(rows):
            block = rows.filter(pl.col("BlockId").is_duplicated())["BlockId"][0]
            raise ValueError(f"block {block} is labelled twice")
        return labels
