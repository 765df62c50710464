"""What is open over all systems as one CSV, and the same taken in again when people have decided in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from crosslog import artifacts, csv_files
from crosslog.cli.review import rows
from crosslog.csv_files import CsvError
from crosslog.interpretation.review import decisions
from crosslog.interpretation.review.ordering import order_by_worth
from crosslog.interpretation.review.table import SHOWN_COLUMNS, parse_records

MORE = ("system", "seen")  # `seen` tells on the way back whether a row is still as it was


def export_open(path: Path) -> str:
    """Write the open rows of all systems, each system's most worth a look first; what was written, in words."""
    everything = {system: rows.load_system_rows(system) for system in rows.list_systems()}
    lines = [
        (system, _print_of(row), *(row[column] for column in SHOWN_COLUMNS))
        for system, frame in everything.items()
        for row in _open(system, frame, everything).iter_rows(named=True)
    ]
    artifacts.write_text(path, csv_files.format_csv((*MORE, *SHOWN_COLUMNS), lines))
    return f"{path}: {len(lines)} open rows of {len(everything)} systems; `crosslog review import {path}` takes it in"


def import_decisions(path: Path, reviewer: str | None) -> str:
    """Write what was decided in such a CSV into the systems' own; what was done, in words.

    Raises
    ------
    CsvError
        If a row cannot be read; nothing is written then. If a row was decided about here since the export: the others
        are written, and these are named.
    """
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for line, record in parse_records(path.read_bytes(), str(path), MORE):
        found.setdefault(record["system"], []).append((f"{path}, line {line}", _said(record, f"{path}, line {line}")))
    unknown = sorted(found.keys() - set(rows.list_systems()))
    if unknown:
        raise CsvError(f"{path}: no interpretations of {', '.join(unknown)} are here; there are: {rows.list_systems()}")
    name = rows.name_reviewer(reviewer)
    outcome = [_written(system, records_, name) for system, records_ in found.items()]
    conflicts = [text for _, texts in outcome for text in texts]
    if conflicts:
        raise CsvError("\n".join([*conflicts, "all other rows were taken in; decide about these here"]))
    return f"{path}: {sum(count for count, _ in outcome)} decisions taken in by {name}"


def _open(system: str, frame: pl.DataFrame, everything: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    elsewhere = {other: rows_ for other, rows_ in everything.items() if other != system}
    return order_by_worth(frame, elsewhere).filter(decisions.is_open())


def _print_of(row: Mapping[str, Any]) -> str:
    told = json.dumps([row[column] for column in decisions.EDITABLE])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _said(record: dict[str, Any], where: str) -> dict[str, Any]:
    if not record["interpretation"]:
        raise CsvError(f"{where}: no sentence; to have it asked again, write `rejected`, and in note what was wrong")
    if record["status"] == "rejected" and not record["note"].strip():
        raise CsvError(f"{where}: rejected without a note: write what is wrong with the sentence")
    return record


def _written(system: str, found: list[tuple[str, dict[str, Any]]], reviewer: str) -> tuple[int, list[str]]:
    """Write one system's decisions; how many there were, and what stands in the way of others."""
    conflicts: list[str] = []
    taken: list[str] = []

    def all_taken(frame: pl.DataFrame) -> pl.DataFrame:
        conflicts.clear()
        taken.clear()
        current = {row["key"]: row for row in frame.iter_rows(named=True)}
        for where, record in found:
            changes = _changes(current.get(record["key"], {}), record)
            if not changes or _print_of(record) == record["seen"].strip():
                continue
            if record["key"] in current and _print_of(current[record["key"]]) == record["seen"].strip():
                frame = decisions.apply_decision(frame, record["key"], {"reviewer": reviewer, **changes})
                taken.append(record["key"])
            else:
                conflicts.append(f"{where}: {record['key'][:8]} of {system} was changed here since the export")
        return frame

    rows.change_rows(system, all_taken)
    return len(taken), conflicts


def _changes(current: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, str]:
    """What a row of the file changes; a sentence typed over is a person's, and `edited` where nothing was decided."""
    changed = {name: record[name] for name in decisions.EDITABLE if record[name] != current.get(name)}
    if not changed:
        return {}
    if "interpretation" in changed:
        changed["source"] = "person"
        changed |= {"status": "edited"} if record["status"] in decisions.OPEN else {}
    typed = {name: record[name] for name in ("reviewer", "reviewed_at") if record[name] not in ("", current.get(name))}
    return {"reviewed_at": decisions.current_time(), **changed, **typed}
