"""CSV files that people edit: read whatever a spreadsheet did to their form, written so that it runs nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

# A spreadsheet runs a cell that starts like this (OWASP, "CSV Injection"), and turns a key such as 1234567890123e45
# into a number. An apostrophe in front keeps it a text; one that was there gets another: reading undoes writing.
RISKY = re.compile(r"'*([=+\-@\t\r\n＝＋－＠]|[0-9]+(e[0-9]+)?$)")
GUARDED = re.compile(r"'" + RISKY.pattern)
LONGEST_CELL = 2**31 - 1


class CsvError(ValueError):
    """A CSV that cannot be read as it stands; the message names file, line and reason."""


def records(content: bytes, columns: Sequence[str], name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row as (line of the file, column to cell).

    A byte-order mark, line ends of Windows, semicolons or tabs, another order of columns, and blank lines or columns at
    the end are no obstacle.

    Parameters
    ----------
    content : the file
    columns : the columns it must have, each once
    name : how messages call it

    Raises
    ------
    CsvError
        If it is not UTF-8, a quote is never closed, a row is too short or too long, or a column is missing or unknown.
    """
    rows = _rows(_decoded(content, name), name)
    header = _header(next(rows, (1, []))[1], columns, name)
    for line, cells in rows:
        if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
            raise CsvError(f"{name}, line {line}: {len(cells)} cells, {len(header)} were expected")
        yield line, {column: _unguarded(cell) for column, cell in zip(header, cells, strict=False)}


def formatted(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The CSV of rows in the order given, with no cell that a spreadsheet would run."""
    lines = [",".join(columns) + "\n"]
    for row in rows:
        buffer = io.StringIO()
        # Told that lines end in \r\n, the writer quotes a cell with a lone \r too.
        csv.writer(buffer, lineterminator="\r\n").writerow([_guarded(cell) for cell in row])
        lines.append(buffer.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines)


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CsvError(f"{name}, line {line}: not UTF-8: save it as `CSV UTF-8`") from None


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
        raise CsvError(f"{name}, line {line}: {error}") from None


def _header(cells: list[str], expected: Sequence[str], name: str) -> list[str]:
    columns = [column.strip().lower() for column in cells]
    while columns and not columns[-1]:
        columns.pop()
    unknown = sorted(set(columns) - set(expected))
    missing = [column for column in expected if column not in columns]
    if unknown or missing or len(set(columns)) < len(columns):
        raise CsvError(
            f"{name}, line 1: columns must be {', '.join(expected)}, each once; missing: {missing}, unknown: {unknown}"
        )
    return columns


def _guarded(cell: object) -> str:
    return f"'{cell}" if isinstance(cell, str) and RISKY.match(cell) else str(cell)


def _unguarded(cell: str) -> str:
    return cell[1:] if GUARDED.match(cell) else cell
