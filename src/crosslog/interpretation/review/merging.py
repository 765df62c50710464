"""What people and machines wrote of a system's templates, merged so that no word a person typed is ever lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from crosslog.interpretation.meanings import Meaning, Request
from crosslog.interpretation.review.carrying import suggest_rows
from crosslog.interpretation.review.checks import recheck_rows
from crosslog.interpretation.review.decisions import OPEN
from crosslog.interpretation.review.table import (
    MACHINES,
    RANKS,
    ROW_COLUMNS,
    ROW_TYPES,
    WRITTEN,
    fingerprint_sentence,
    is_as_written,
)


def adopt_rows(existing: pl.DataFrame, ours: Mapping[str, Collection[str]]) -> pl.DataFrame:
    """The rows with `written` filled where it is empty and a machine's sentence is one that crosslog would write.

    Files of earlier versions have no such column. What is not found here may be a person's sentence or crosslog's:
    nobody can tell, so it keeps its source and status, is never replaced, and says so in `problems`.

    Parameters
    ----------
    existing : schemas.Interpretations
    ours : by key, sentences that crosslog may have written
    """
    rows = existing.select("key", "interpretation", "source", WRITTEN).iter_rows()
    filled = [
        fingerprint_sentence(key, text) if not print_ and source in MACHINES and text in ours.get(key, ()) else print_
        for key, text, source, print_ in rows
    ]
    return existing.with_columns(pl.Series(WRITTEN, filled, dtype=pl.String))


def mark_typed_rows(existing: pl.DataFrame) -> pl.DataFrame:
    """The rows with what people did to them made explicit.

    A sentence that is not the one that crosslog wrote last was typed by a person: its source is `person`, whatever its
    status, and if that was pending or rejected, it is `edited`.
    """
    typed = pl.Series("typed", [_is_typed_over(row) for row in existing.iter_rows(named=True)], dtype=pl.Boolean)
    still_open = typed & existing["status"].is_in(OPEN)
    return existing.with_columns(
        status=pl.when(still_open).then(pl.lit("edited")).otherwise("status"),
        source=pl.when(typed).then(pl.lit("person")).otherwise("source"),
    )


def list_requests(templates: pl.DataFrame, existing: pl.DataFrame, source: str) -> dict[str, Request]:
    """What to interpret, by key: templates without a row, rejected ones, and rows that no person has touched.

    A template whose earlier wording has a reviewed sentence is not among them: it gets that sentence as a suggestion.

    Parameters
    ----------
    templates : schemas.Templates
    existing : schemas.Interpretations as `mark_typed_rows` gives them
    source : who will interpret; rules do not replace what a language model wrote
    """
    rows = {row["key"]: row for row in existing.iter_rows(named=True)}
    carried = suggest_rows(templates, existing)
    return {
        row["key"]: Request(row["template"], row["example"], rows.get(row["key"], {}).get("note", ""))
        for row in templates.sort("key").iter_rows(named=True)
        if row["key"] not in carried and (row["key"] not in rows or _is_asked_for(rows[row["key"]], source))
    }


def merge_meanings(templates: pl.DataFrame, existing: pl.DataFrame, meanings: Mapping[str, Meaning]) -> pl.DataFrame:
    """schemas.Interpretations of all templates and of all that people wrote, checked again, in order of key.

    A meaning is passed over where a person has decided about the row since it was asked for.

    Parameters
    ----------
    templates : schemas.Templates
    existing : schemas.Interpretations as `mark_typed_rows` gives them
    meanings : by key, for the keys that `list_requests` asked for; a remark goes into `problems`
    """
    rows = {row["key"]: row for row in existing.iter_rows(named=True)}
    current = {row["key"]: row for row in templates.iter_rows(named=True)}
    vanished = {key: {**row, "occurrences": 0} for key, row in rows.items() if key not in current and is_touched(row)}
    known = {**suggest_rows(templates, existing), **rows}
    records = [_row(row, known.get(key), meanings.get(key)) for key, row in current.items()]
    return recheck_rows(pl.DataFrame([*records, *vanished.values()], schema=ROW_TYPES, orient="row").sort("key"))


def is_touched(row: Mapping[str, Any]) -> bool:
    """Whether a person has, or may have, written or decided anything in a row."""
    typed = any(row[column] for column in ("verdict", "reviewer", "reviewed_at", "note"))
    return typed or row["source"] not in MACHINES or row["status"] != "pending" or not is_as_written(row)


def _row(template: Mapping[str, Any], old: Mapping[str, Any] | None, meaning: Meaning | None) -> dict[str, Any]:
    row = {**dict.fromkeys(ROW_COLUMNS, ""), "status": "pending", **(old or {}), "problems": ""}
    row |= {"key": template["key"], "template": template["template"], "example": template["example"]}
    row["occurrences"] = template["count"]
    if meaning is None or (old is not None and not _may_be_replaced(row, meaning.source)):
        return row
    row["problems"] = meaning.remark
    row[WRITTEN] = fingerprint_sentence(row["key"], meaning.sentence)
    if meaning.sentence != row["interpretation"]:
        row |= {"interpretation": meaning.sentence, "source": meaning.source, "status": "pending"}
    return row


def _is_typed_over(row: Mapping[str, Any]) -> bool:
    told = row[WRITTEN] and row["interpretation"] and row["source"] in MACHINES
    return bool(told) and not is_as_written(row)


def _is_asked_for(row: Mapping[str, Any], source: str) -> bool:
    """Curated sentences are always looked up again: they come from this repository, and may have been improved."""
    return _may_be_replaced(row, "curated" if row["source"] == "curated" else source)


def _may_be_replaced(row: Mapping[str, Any], source: str) -> bool:
    if row["interpretation"] == "":
        return True
    if not is_as_written(row):
        return False
    if row["status"] == "rejected":
        return row["source"] in MACHINES
    return not is_touched(row) and RANKS[source] >= RANKS[row["source"]]
