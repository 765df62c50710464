"""A CSV that people open in spreadsheets and editors: cells by column, whatever was done to the file's form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crosslog.csv_files import cells
from crosslog.csv_files.form import MARK, CsvError, CsvForm, decode_csv, encode_csv

__all__ = ["CsvError", "format_csv", "format_csv_like", "parse_csv"]
LONGEST_CELL = 2**31 - 1


def format_csv(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> str:
    """The CSV of rows in their order; a byte-order mark comes first where a cell is not ASCII."""
    return encode_csv(_formatted(columns, rows, CsvForm()), CsvForm()).decode()


def format_csv_like(columns: Sequence[str], rows: Iterable[tuple[Any, ...]], before: bytes | None, name: str) -> bytes:
    """The same in the form of the file that it takes the place of: its encoding, separator and line ends stay."""
    form = CsvForm() if before is None else decode_csv(before, name)[1]
    return encode_csv(_formatted(columns, rows, form), form)


def _formatted(columns: Sequence[str], rows: Iterable[tuple[Any, ...]], form: CsvForm) -> str:
    lines = (form.separator.join(map(cells.format_cell, row)) for row in (tuple(columns), *rows))
    return "".join(f"{line}{form.line_end}" for line in lines)


def parse_csv(
    content: bytes, columns: Sequence[str], name: str, optional: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row as the line it starts in, and its cells by column; columns beyond those asked for keep their names.

    Parameters
    ----------
    content : the file
    columns : what it must have
    name : how messages call it
    optional : columns that may be missing, as those of a newer version are in an older file; they are empty then

    Raises
    ------
    CsvError
        If the file or a row of it cannot be read, or a column is missing.
    """
    text, form = decode_csv(content, name)
    rows = _rows(text, name, form)
    header = _columns(next(rows, (1, []))[1], columns, optional, name)
    for line, row in rows:
        if len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
            raise CsvError(f"{name}, line {line}: {len(row)} cells, {len(header)} were expected")
        read = {column: cells.parse_cell(cell) for column, cell in zip(header, row, strict=False)}
        yield line, dict.fromkeys(optional, "") | read


def _rows(text: str, name: str, form: CsvForm) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.separator, strict=True)
    before = 1 if form.named else 0
    line = before + 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, _unfolded(row, form.separator)
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise CsvError(f"{name}, line {line}: {error}") from None


def _unfolded(row: list[str], delimiter: str) -> list[str]:
    """The cells of a line that a spreadsheet of another country took, and saved, for a single cell."""
    folded = len(row) == 1 and delimiter in row[0]
    return next(csv.reader([row[0]], delimiter=delimiter, strict=True)) if folded else row


def _columns(header: list[str], needed: Sequence[str], optional: Sequence[str], name: str) -> list[str]:
    columns = [column.lstrip(MARK).strip() for column in header]
    while columns and not columns[-1]:
        columns.pop()
    columns = [column or f"column {place}" for place, column in enumerate(columns, start=1)]
    known = (*needed, *optional)
    columns = [column.lower() if column.lower() in known else column for column in columns]
    missing = [column for column in needed if column not in columns]
    if missing or len(set(columns)) < len(columns):
        unknown = sorted(set(columns) - set(known))
        raise CsvError(
            f"{name}, line 1: columns must be {', '.join(needed)}, each once; missing: {missing}, unknown: {unknown}"
        )
    return columns
