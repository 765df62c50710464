"""A CSV that people open in spreadsheets and editors: cells by column, whatever was done to the file's form."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crosslog.csv_files import cells

LONGEST_CELL = 2**31 - 1
MARK = "\ufeff"  # without it Excel takes a letter beyond ASCII for two others, and saves them so
MISREAD_MARK = "ï»¿"


class CsvError(ValueError):
    """A CSV that cannot be read as it stands, or written; the message names file, line and reason."""


def format_csv(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> str:
    """The CSV of rows in their order; a byte-order mark comes first where a cell is not ASCII."""
    text = "".join(",".join(map(cells.format_cell, row)) + "\n" for row in (tuple(columns), *rows))
    return text if text.isascii() else MARK + text


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
    rows = _rows(_decoded(content, name), name)
    header = _columns(next(rows, (1, []))[1], columns, optional, name)
    for line, row in rows:
        if len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
            raise CsvError(f"{name}, line {line}: {len(row)} cells, {len(header)} were expected")
        read = {column: cells.parse_cell(cell) for column, cell in zip(header, row, strict=False)}
        yield line, dict.fromkeys(optional, "") | read


def _decoded(content: bytes, name: str) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CsvError(f"{name}, line {line}: not UTF-8: save it as `CSV UTF-8`") from None
    return _mended(text, name) if text.lstrip('"').startswith(MISREAD_MARK) else text


def _mended(text: str, name: str) -> str:
    """What stood in a file in UTF-8 that a spreadsheet has read as Windows-1252, and then saved."""
    read_as = {bytes([byte]).decode("cp1252", errors="ignore") or chr(byte): byte for byte in range(256)}
    try:
        return bytes(read_as[letter] for letter in text).decode("utf-8-sig")
    except (KeyError, UnicodeDecodeError):
        raise CsvError(f"{name}: opened in another encoding than UTF-8, then saved: open it anew as UTF-8") from None


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    header = text.lstrip().split("\n", 1)[0].split("\r", 1)[0]
    delimiter = max(",;\t", key=header.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, _unfolded(row, delimiter)
            line = reader.line_num + 1
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
