"""A cluster's hardware log, as loghub has it (Los Alamos, system 20; Zhu et al., ISSRE 2023).

`LOGID NODE COMPONENT STATE EPOCH FLAG CONTENT`: STATE may have blanks, and stands before CONTENT in the event's content
because it says half of what happened. There is no level and there are no labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import NOTHING, LineFormat, drop_unknown, part
from crosslog.logs.times import parse_epoch_time

_LINE = (
    r"^[0-9]+ (?P<node>[^ ]*) (?P<component>[^ ]+) (?P<state>[^ ].*?) "
    r"(?P<epoch>[0-9]{9,10}) -?[0-9]+(?: (?P<content>.*))?$"
)


@dataclass(frozen=True)
class Hpc(LineFormat):
    """Reads lines of LANL's HPC log."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": parse_epoch_time(part("epoch")),
        "node": drop_unknown(part("node"), ""),
        "component": part("component"),
        "level": NOTHING,
        "content": pl.concat_str(part("state"), pl.lit(" "), part("content").fill_null("")),
        "label": NOTHING,
        "session": NOTHING,
    }
