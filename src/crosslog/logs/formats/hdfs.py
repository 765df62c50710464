"""HDFS data node and name node logs, as loghub has them (Xu et al., SOSP 2009; Zhu et al., ISSRE 2023).

`yymmdd hhmmss THREAD LEVEL COMPONENT: MESSAGE`, times taken as UTC. A line's session is the first block it names; a
block is labelled as a whole, in a CSV of BlockId and Label (Normal or Anomaly).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.label_files import find_row_line, read_label_rows
from crosslog.logs.line_format import NOTHING, LineFormat, keep_readable, part

_LINE = (
    r"^(?P<time>[0-9]{6} [0-9]{6}) [0-9]+ (?P<level>[A-Z]+) (?P<component>[^ :]+):(?: +|$)"
    r"(?P<content>.*)$"
)
_BLOCK = r"(blk_-?[0-9]+)"
NORMAL, ANOMALY = "Normal", "Anomaly"


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
        rows = read_label_rows(text, ("BlockId", "Label"))
        wrong = rows.select("row", problem=_problem()).drop_nulls("problem")
        for row, problem in wrong.head(1).rows():
            raise ValueError(f"line {find_row_line(text, row)}: {problem}")
        return dict(rows.select("BlockId", pl.when(pl.col("Label") != NORMAL).then("Label")).rows())


def _problem() -> pl.Expr:
    block, label = pl.col("BlockId"), pl.col("Label")
    said = [pl.format("'{}'", column.fill_null("")) for column in (block, label)]
    return pl.coalesce(
        pl.when(~block.str.contains(f"^{_BLOCK}$").fill_null(value=False)).then(
            pl.format("{} is no block such as blk_-12", said[0])
        ),
        pl.when(~label.is_in([NORMAL, ANOMALY]).fill_null(value=False)).then(
            pl.format("label {} is neither Normal nor Anomaly", said[1])
        ),
        pl.when(~block.is_first_distinct()).then(pl.format("block {} is labelled twice", block)),
    )
