"""One row of the audit, and how a detail names offenders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

NAMED = 5  # how many offenders a detail names


class Check(NamedTuple):
    """What was checked, whether it holds (None: there was nothing to check), and the numbers behind it."""

    check: str
    passed: bool | None
    detail: str


def name_offenders(offenders: pl.DataFrame, *columns: str) -> str:
    """The first few offenders as the end of a detail; empty where there are none."""
    rows = [
        " ".join(f"{column} {value}" for column, value in row.items())
        for row in offenders.select(columns).head(NAMED).iter_rows(named=True)
    ]
    more = ", …" if offenders.height > NAMED else ""
    return f": {', '.join(rows)}{more}" if rows else ""


def join_words(items: Sequence[str]) -> str:
    """Names in one line."""
    return ", ".join(items) if items else "none"
