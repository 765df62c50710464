"""Interpretations of two systems, written where the commands look for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from crosslog import artifacts
from crosslog.interpretation.review import table

RARE, FREQUENT, DONE, OTHER = "a" * 16, "b" * 16, "c" * 16, "d" * 16


def row(path: Path, key: str) -> dict[str, Any]:
    """One row of a CSV."""
    return table.parse_rows(path.read_bytes(), "").row(by_predicate=pl.col("key") == key, named=True)


def written(system: str, told: list[tuple[str, int, str, str]], template: str = "part") -> Path:
    records = [
        dict.fromkeys(table.ROW_COLUMNS, "")
        | {"key": key, "template": f"{template} {key[0]} of {system}", "example": "x", "occurrences": occurrences}
        | {"interpretation": f"The part [{key[0]}] broke apart.", "source": "rules", "status": status}
        | {"verdict": verdict, "written": table.fingerprint_sentence(key, f"The part [{key[0]}] broke apart.")}
        for key, occurrences, status, verdict in told
    ]
    path = artifacts.interpretations_path(system)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table.format_rows(pl.DataFrame(records, schema=table.ROW_TYPES, orient="row")), encoding="utf-8")
    return path
