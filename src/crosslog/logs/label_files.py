"""Label files as rows with the line that each starts in: CSV as spreadsheets of any country save it, or plain lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import polars as pl

SEPARATORS = ",;\t"


def read_label_rows(text: str, columns: Iterable[str]) -> pl.DataFrame:
    """Columns of a CSV as String, null where a cell is missing or empty, with `row`, from 0; blank rows are left out.

    Raises
    ------
    ValueError
        If it is no CSV or lacks a column.
    """
    body = _body(text)
    header = body.split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    try:
        frame = pl.read_csv(body.encode(), infer_schema=False, separator=separator) if body.strip() else pl.DataFrame()
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"it is no CSV in UTF-8: {error}") from None
    if missing := [column for column in columns if column not in frame.columns]:
        raise ValueError(f"it has no column {missing[0]}; it has {', '.join(frame.columns) or 'none'}")
    filled = ~pl.all_horizontal(pl.all().exclude("row").is_null())
    return frame.select(columns).with_row_index("row").filter(filled)


def find_row_line(text: str, row: int) -> int:
    """The line of the file, from 1, in which row `row` below the header starts."""
    body = _body(text)
    above = int(len(body) < len(_as_lines(text)))
    return above + next(line for number, line in enumerate(_row_lines(body), -1) if number == row)


def _body(text: str) -> str:
    """The text below a first line such as `sep=;`, by which Excel is told the separator."""
    text = _as_lines(text)
    first, _, rest = text.partition("\n")
    return rest if first.strip('"').lower() in {f"sep={separator}" for separator in SEPARATORS} else text


def _as_lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _row_lines(body: str) -> Iterator[int]:
    reader = csv.reader(io.StringIO(body, newline=""))
    line = 1
    for _ in reader:
        yield line
        line = reader.line_num + 1
