"""What people and machines wrote of a system's templates, merged so that no word a person typed is ever lost."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from crosslog.interpretation.interpret import Request, problems
from crosslog.interpretation.table import COLUMNS, TYPES

MACHINES = ("rules", "llm")


class ReviewError(ValueError):
    """A decision about a row that is not there."""


def written_path_of(system: str) -> Path:
    """Where the fingerprints lie of the sentences that crosslog itself has written for a system, one a line."""
    return Path("data/answers") / f"{system}.written.txt"


def fingerprint(key: str, sentence: str) -> str:
    """What tells later whether a sentence is still the one that crosslog wrote."""
    return hashlib.sha256(f"{key}\0{sentence}".encode()).hexdigest()[:16]


def fingerprints(meanings: Mapping[str, tuple[str, str]]) -> set[str]:
    """The fingerprints of sentences: key -> (sentence, source)."""
    return {fingerprint(key, sentence) for key, (sentence, _) in meanings.items()}


def recognised(existing: pl.DataFrame, written: Collection[str]) -> pl.DataFrame:
    """The rows with what people did to them made explicit.

    A machine's pending or rejected row whose sentence crosslog never wrote was typed by a person: it becomes `edited`
    by `person`.

    Parameters
    ----------
    existing : schemas.Interpretations
    written : fingerprints of the sentences that crosslog has written
    """
    prints = [fingerprint(key, text) for key, text in existing.select("key", "interpretation").iter_rows()]
    typed = (
        pl.col("status").is_in(["pending", "rejected"])
        & pl.col("source").is_in(MACHINES)
        & (pl.col("interpretation") != "")
        & ~pl.Series("known", [print_ in written for print_ in prints], dtype=pl.Boolean)
    )
    return existing.with_columns(
        status=pl.when(typed).then(pl.lit("edited")).otherwise("status"),
        source=pl.when(typed).then(pl.lit("person")).otherwise("source"),
    )


def requests(templates: pl.DataFrame, existing: pl.DataFrame, source: str) -> dict[str, Request]:
    """What to interpret, by key: templates without a row, rejected ones, and rows that no person has touched.

    Parameters
    ----------
    templates : schemas.Templates
    existing : schemas.Interpretations as `recognised` gives them
    source : who will interpret; rules do not replace what a language model wrote
    """
    rows = {row["key"]: row for row in existing.iter_rows(named=True)}
    return {
        row["key"]: Request(row["template"], row["example"], rows.get(row["key"], {}).get("note", ""))
        for row in templates.sort("key").iter_rows(named=True)
        if row["key"] not in rows or _may_be_renewed(rows[row["key"]], source)
    }


def merged(templates: pl.DataFrame, existing: pl.DataFrame, meanings: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    """schemas.Interpretations of all templates and of all that people wrote, checked again, in order of key.

    Parameters
    ----------
    templates : schemas.Templates
    existing : schemas.Interpretations as `recognised` gives them
    meanings : key -> (sentence, source), for the keys that `requests` asked for
    """
    rows = {row["key"]: row for row in existing.iter_rows(named=True)}
    current = {row["key"]: row for row in templates.iter_rows(named=True)}
    vanished = {key: {**row, "occurrences": 0} for key, row in rows.items() if key not in current and is_touched(row)}
    records = [_row(row, rows.get(key), meanings.get(key)) for key, row in current.items()]
    return pl.DataFrame([_rechecked(row) for row in (*records, *vanished.values())], schema=TYPES, orient="row").sort(
        "key"
    )


def _row(template: Mapping[str, Any], old: Mapping[str, Any] | None, meaning: tuple[str, str] | None) -> dict[str, Any]:
    row = {**dict.fromkeys(COLUMNS, ""), "source": "", "status": "pending", **(old or {})}
    row |= {"key": template["key"], "template": template["template"], "example": template["example"]}
    row["occurrences"] = template["count"]
    if meaning is not None and meaning[0] != row["interpretation"]:
        row |= {"interpretation": meaning[0], "source": meaning[1], "status": "pending"}
    return row


def _rechecked(row: Mapping[str, Any]) -> dict[str, Any]:
    found = problems(row["interpretation"], row["template"], row["example"])
    if row["status"] == "rejected":
        found = "; ".join(
            filter(None, ["rejected, but nobody had another sentence: write one, or say more in note", found])
        )
    return {**row, "problems": found}


def _may_be_renewed(row: Mapping[str, Any], source: str) -> bool:
    if row["interpretation"] == "":
        return True
    if row["status"] == "rejected":
        return row["source"] in MACHINES
    return not is_touched(row) and not (row["source"] == "llm" and source == "rules")


def is_touched(row: Mapping[str, Any]) -> bool:
    """Whether a person has written or decided anything in a row."""
    typed = any(row[column] for column in ("verdict", "reviewer", "reviewed_at", "note"))
    return typed or row["source"] not in MACHINES or row["status"] != "pending"


def decided(frame: pl.DataFrame, key: str, changes: Mapping[str, str]) -> pl.DataFrame:
    """The rows with one person's decision: the columns of `changes` replaced in the row whose key starts with `key`.

    Raises
    ------
    ReviewError
        If no row, or more than one, has such a key.
    """
    found = frame.filter(pl.col("key").str.starts_with(key))["key"].to_list()
    if len(found) != 1:
        raise ReviewError(f"{len(found)} rows have a key that starts with {key!r}; give exactly one")
    chosen = pl.col("key") == found[0]
    changed = frame.with_columns(
        **{name: pl.when(chosen).then(pl.lit(value)).otherwise(name) for name, value in changes.items()}
    )
    return pl.DataFrame([_rechecked(row) for row in changed.iter_rows(named=True)], schema=TYPES, orient="row")
