"""What people and machines wrote of a system's templates, merged so that no word a person typed is ever lost."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from crosslog.interpretation.carrying import old_wording_is_known, suggestions
from crosslog.interpretation.checks import rechecked
from crosslog.interpretation.interpret import Meaning, Request
from crosslog.interpretation.table import COLUMNS, TYPES

MACHINES = ("rules", "llm", "curated")  # a later one's sentence may take the place of an earlier one's


def written_path_of(system: str) -> Path:
    """Where the fingerprints lie of the sentences that crosslog itself has written for a system, one a line."""
    return Path("data/answers") / f"{system}.written.txt"


def fingerprint(key: str, sentence: str) -> str:
    """What tells later whether a sentence is still the one that crosslog wrote."""
    return hashlib.sha256(f"{key}\0{sentence}".encode()).hexdigest()[:16]


def fingerprints(meanings: Mapping[str, Meaning]) -> set[str]:
    """The fingerprints of sentences, by key."""
    return {fingerprint(key, meaning.sentence) for key, meaning in meanings.items()}


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
        & ~old_wording_is_known(existing)
    )
    return existing.with_columns(
        status=pl.when(typed).then(pl.lit("edited")).otherwise("status"),
        source=pl.when(typed).then(pl.lit("person")).otherwise("source"),
    )


def requests(templates: pl.DataFrame, existing: pl.DataFrame, source: str) -> dict[str, Request]:
    """What to interpret, by key: templates without a row, rejected ones, and rows that no person has touched.

    A template whose earlier wording has a reviewed sentence is not among them: it gets that sentence as a suggestion.

    Parameters
    ----------
    templates : schemas.Templates
    existing : schemas.Interpretations as `recognised` gives them
    source : who will interpret; rules do not replace what a language model wrote
    """
    rows = {row["key"]: row for row in existing.iter_rows(named=True)}
    carried = suggestions(templates, existing)
    return {
        row["key"]: Request(row["template"], row["example"], rows.get(row["key"], {}).get("note", ""))
        for row in templates.sort("key").iter_rows(named=True)
        if row["key"] not in carried and (row["key"] not in rows or _is_asked_for(rows[row["key"]], source))
    }


def merged(templates: pl.DataFrame, existing: pl.DataFrame, meanings: Mapping[str, Meaning]) -> pl.DataFrame:
    """schemas.Interpretations of all templates and of all that people wrote, checked again, in order of key.

    A meaning is passed over where a person has decided about the row since it was asked for.

    Parameters
    ----------
    templates : schemas.Templates
    existing : schemas.Interpretations as `recognised` gives them
    meanings : by key, for the keys that `requests` asked for; a remark goes into `problems`
    """
    rows = {row["key"]: row for row in existing.iter_rows(named=True)}
    current = {row["key"]: row for row in templates.iter_rows(named=True)}
    vanished = {key: {**row, "occurrences": 0} for key, row in rows.items() if key not in current and is_touched(row)}
    known = {**suggestions(templates, existing), **rows}
    records = [_row(row, known.get(key), meanings.get(key)) for key, row in current.items()]
    return rechecked(pl.DataFrame([*records, *vanished.values()], schema=TYPES, orient="row").sort("key"))


def is_touched(row: Mapping[str, Any]) -> bool:
    """Whether a person has written or decided anything in a row."""
    typed = any(row[column] for column in ("verdict", "reviewer", "reviewed_at", "note"))
    return typed or row["source"] not in MACHINES or row["status"] != "pending"


def _row(template: Mapping[str, Any], old: Mapping[str, Any] | None, meaning: Meaning | None) -> dict[str, Any]:
    row = {**dict.fromkeys(COLUMNS, ""), "status": "pending", **(old or {}), "problems": ""}
    row |= {"key": template["key"], "template": template["template"], "example": template["example"]}
    row["occurrences"] = template["count"]
    if meaning is None or (old is not None and not _may_be_replaced(row, meaning.source)):
        return row
    row["problems"] = meaning.remark
    if meaning.sentence != row["interpretation"]:
        row |= {"interpretation": meaning.sentence, "source": meaning.source, "status": "pending"}
    return row


def _is_asked_for(row: Mapping[str, Any], source: str) -> bool:
    """Curated sentences are always looked up again: they come from this repository, and may have been improved."""
    return _may_be_replaced(row, "curated" if row["source"] == "curated" else source)


def _may_be_replaced(row: Mapping[str, Any], source: str) -> bool:
    if row["interpretation"] == "":
        return True
    if row["status"] == "rejected":
        return row["source"] in MACHINES
    return not is_touched(row) and MACHINES.index(source) >= MACHINES.index(row["source"])
