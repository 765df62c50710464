"""The CSV of interpretations that people edit: read forgivingly, written exactly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from crosslog.schemas import SOURCES, STATUSES, VERDICTS, Interpretations

COLUMNS = tuple(Interpretations.to_schema().columns)
TYPES = {name: pl.UInt64 if name == "occurrences" else pl.String for name in COLUMNS}
CHOICES = {"source": SOURCES, "status": STATUSES, "verdict": VERDICTS}
KEY = re.compile(r"[0-9a-f]{16}")
# A spreadsheet runs a cell that starts like this (OWASP, "CSV Injection"), and turns a key such as 1234567890123e45
# into a number. An apostrophe in front keeps it a text; one that was there gets another: reading undoes writing.
RISKY = re.compile(r"'*([=+\-@\t\r\n＝＋－＠]|[0-9]+(e[0-9]+)?$)")
GUARDED = re.compile(r"'" + RISKY.pattern)
LONGEST_CELL = 2**31 - 1


class TableError(ValueError):
    """A CSV that cannot be read as it stands; the message names file, line and reason."""


def path_of(system: str) -> Path:
    """Where a system's interpretations lie."""
    return Path("data/interpretations") / f"{system}.csv"


def empty() -> pl.DataFrame:
    """The frame of no interpretations."""
    return pl.DataFrame(schema=TYPES)


def formatted(frame: pl.DataFrame) -> str:
    """The CSV of a frame of schemas.Interpretations: in order of key, with nothing that a spreadsheet would run."""
    lines = [",".join(COLUMNS) + "\n"]
    for row in frame.sort("key").iter_rows():
        buffer = io.StringIO()
        # Told that lines end in \r\n, the writer quotes a cell with a lone \r too.
        csv.writer(buffer, lineterminator="\r\n").writerow([_guarded(cell) for cell in row])
        lines.append(buffer.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines)


def read(content: bytes, name: str) -> pl.DataFrame:
    """The frame in a CSV, in order of key, whatever a spreadsheet or an editor did to its form.

    A byte-order mark, line ends of Windows, semicolons or tabs, another order of rows or columns, and blank lines or
    columns at the end are no obstacle. An empty status is `pending`.

    Parameters
    ----------
    content : the file
    name : how messages call it

    Raises
    ------
    TableError
        If a row cannot be read, a key comes twice, or a column is missing or unknown.
    """
    rows = _rows(_decoded(content, name), name)
    columns = _columns(next(rows, (1, []))[1], name)
    seen: dict[str, int] = {}
    records = []
    for line, cells in rows:
        record = _record(cells, columns, f"{name}, line {line}")
        key = record["key"]
        if key in seen:
            raise TableError(
                f"{name}, line {line}: key {key} stands in line {seen[key]} already: remove one of the two"
            )
        seen[key] = line
        records.append(record)
    return pl.DataFrame(records, schema=TYPES, orient="row").sort("key")


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TableError(f"{name}, line {line}: not UTF-8: save it as `CSV UTF-8`") from None


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"{name}, line {line}: {error}") from None


def _columns(header: list[str], name: str) -> list[str]:
    columns = [column.strip().lower() for column in header]
    while columns and not columns[-1]:
        columns.pop()
    unknown = sorted(set(columns) - set(COLUMNS))
    missing = [column for column in COLUMNS if column not in columns]
    if unknown or missing or len(set(columns)) < len(columns):
        raise TableError(
            f"{name}, line 1: columns must be {', '.join(COLUMNS)}, each once; missing: {missing}, unknown: {unknown} "
            "(`note` is the place for remarks of your own)"
        )
    return columns


def _record(cells: list[str], columns: list[str], where: str) -> dict[str, Any]:
    if len(cells) < len(columns) or any(cell.strip() for cell in cells[len(columns) :]):
        raise TableError(f"{where}: {len(cells)} cells, {len(columns)} were expected")
    record: dict[str, Any] = {column: _unguarded(cell) for column, cell in zip(columns, cells, strict=False)}
    record["key"] = record["key"].strip().lower()
    if not KEY.fullmatch(record["key"]):
        raise TableError(f"{where}: key {record['key']!r} is not 16 hexadecimal digits; did a spreadsheet change it?")
    record["status"] = record["status"].strip() or "pending"
    for column, choices in CHOICES.items():
        record[column] = record[column].strip().lower()
        if record[column] not in choices:
            raise TableError(f"{where}: {column} {record[column]!r} is none of {', '.join(filter(None, choices))}")
    if not record["occurrences"].strip().isdecimal():
        raise TableError(f"{where}: occurrences {record['occurrences']!r} is not a number")
    record["occurrences"] = int(record["occurrences"])
    if not record["interpretation"].strip():
        record |= {"interpretation": "", "status": "pending"}  # a sentence that was deleted is asked for again
    return record


def _guarded(cell: str | int) -> str:
    return f"'{cell}" if isinstance(cell, str) and RISKY.match(cell) else str(cell)


def _unguarded(cell: str) -> str:
    return cell[1:] if GUARDED.match(cell) else cell
