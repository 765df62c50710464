"""Proposed verdicts that people accept or refuse: `data/proposals/<system>.csv`, read forgivingly, written exactly.

They stand apart from the interpretations: a note there is shown to whoever interprets, and a proposal tells of labels.
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from crosslog import csv_files
from crosslog.csv_files import CsvError
from crosslog.schemas import Proposals

PROPOSAL_COLUMNS = tuple(Proposals.to_schema().columns)
PROPOSAL_TYPES = {name: pl.Float64 if name == "confidence" else pl.String for name in PROPOSAL_COLUMNS}
PROPOSAL_CHOICES = {
    "proposal": ("", "normal", "anomalous"),
    "by": ("", "meaning", "letters", "both"),
    "state": ("known", "drifted", "new"),
    "answer": ("", "accept", "refuse"),
}
PROPOSAL_KEY = re.compile(r"[0-9a-f]{16}")
ANSWER_COLUMNS = ("answer", "reviewer", "answered_at")


def renew_proposals(transferred: pl.DataFrame, existing: pl.DataFrame | None = None) -> pl.DataFrame:
    """schemas.Proposals in order of key: what is proposed now, and every answer that people gave.

    A row that a person answered stays as it is where something else, or nothing, is proposed for its template now;
    clear the answer to see what that is.

    Parameters
    ----------
    transferred : what `transfer.transfer_verdicts` gives
    existing : schemas.Proposals as people left them
    """
    now = transferred.with_columns(
        pl.col("confidence").round(2), pl.col("matched_system", "matched_key", "matched_template").fill_null("")
    )
    before = pl.DataFrame(schema=PROPOSAL_TYPES) if existing is None else existing
    same = before.select("key", "proposal", *ANSWER_COLUMNS)
    current = now.join(same, on=["key", "proposal"], how="left").with_columns(pl.col(ANSWER_COLUMNS).fill_null(""))
    answered = before.filter(pl.col("answer") != "").join(now, on=["key", "proposal"], how="anti")
    others = current.join(answered, on="key", how="anti")
    return pl.concat([others.select(PROPOSAL_COLUMNS), answered.select(PROPOSAL_COLUMNS)]).sort("key")


def list_accepted(proposals: pl.DataFrame) -> pl.DataFrame:
    """(key, verdict, reviewer, reviewed_at) of what people accepted, to be written beside the interpretations."""
    taken = proposals.filter((pl.col("answer") == "accept") & (pl.col("proposal") != ""))
    return taken.select("key", pl.col("proposal").alias("verdict"), "reviewer", reviewed_at="answered_at")


def sign_answers(proposals: pl.DataFrame, reviewer: str, time: str) -> pl.DataFrame:
    """The proposals with a name and a time beside every answer that has none."""
    return proposals.with_columns(
        pl.when((pl.col("answer") != "") & (pl.col(name).str.strip_chars() == ""))
        .then(pl.lit(value))
        .otherwise(name)
        .alias(name)
        for name, value in (("reviewer", reviewer), ("answered_at", time))
    )


def format_proposals(frame: pl.DataFrame) -> str:
    """The CSV of a frame of schemas.Proposals, in order of key."""
    return csv_files.format_csv(PROPOSAL_COLUMNS, frame.select(PROPOSAL_COLUMNS).sort("key").iter_rows())


def format_proposals_like(frame: pl.DataFrame, before: bytes | None, name: str) -> bytes:
    """The same in the form of the file that it takes the place of."""
    rows = frame.select(PROPOSAL_COLUMNS).sort("key").iter_rows()
    return csv_files.format_csv_like(PROPOSAL_COLUMNS, rows, before, name)


def parse_proposals(content: bytes, name: str) -> pl.DataFrame:
    """schemas.Proposals in order of key, whatever a spreadsheet did to the file's form.

    Raises
    ------
    CsvError
        If a row cannot be read or a key comes twice; the message names file, line and reason.
    """
    lines: dict[str, int] = {}
    rows = []
    for line, cells in csv_files.parse_csv(content, PROPOSAL_COLUMNS, name):
        record = _record(cells, f"{name}, line {line}")
        if record["key"] in lines:
            raise CsvError(f"{name}, line {line}: key {record['key']} stands in line {lines[record['key']]} already")
        lines[record["key"]] = line
        rows.append(record)
    return pl.DataFrame(rows, schema=PROPOSAL_TYPES, orient="row").sort("key")


def _record(cells: dict[str, str], where: str) -> dict[str, Any]:
    chosen = {column: cells[column].strip().lower() for column in PROPOSAL_CHOICES}
    for column, choices in PROPOSAL_CHOICES.items():
        if chosen[column] not in choices:
            raise CsvError(f"{where}: {column} {cells[column]!r} is none of {', '.join(filter(None, choices))}")
    key = cells["key"].strip().lower()
    if not PROPOSAL_KEY.fullmatch(key):
        raise CsvError(f"{where}: key {cells['key']!r} is not 16 hexadecimal digits; did a spreadsheet change it?")
    return {**cells, **chosen, "key": key, "confidence": _confidence(cells["confidence"], where)}


def _confidence(cell: str, where: str) -> float:
    """The number, with a decimal comma too."""
    try:
        confidence = float(cell.replace(",", "."))
    except ValueError:
        confidence = float("nan")
    if not 0 <= confidence <= 1:
        raise CsvError(f"{where}: confidence {cell!r} is not a number from 0 to 1")
    return confidence
