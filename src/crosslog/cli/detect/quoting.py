"""Raw lines of a log by their numbers, clean enough to be shown."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from crosslog.cli.detect.gathering import MOVES_CURSOR, LogFiles
from crosslog.logs.parsing.cleaning import clean_lines
from crosslog.logs.parsing.remarks import RemarkTable
from crosslog.logs.reading import cut_chunks

QUOTED_BYTES = 1 << 22
LONGEST_QUOTE = 2_000  # characters of a line; who wants more of it opens the file


def quote_lines(files: LogFiles, wanted: Collection[int]) -> dict[int, str]:
    """The lines of a log with these numbers, counted from 1 over all its files; empty ones are empty.

    Bytes that are no UTF-8 and control characters come as U+FFFD, and a line of more than LONGEST_QUOTE characters cut.

    Raises
    ------
    ReadingError
        If a file cannot be read any more.
    """
    if not wanted:
        return {}
    numbers = pl.Series(sorted(wanted), dtype=pl.UInt64)
    found: dict[int, str] = dict.fromkeys(wanted, "")
    for chunk in cut_chunks(files.members, QUOTED_BYTES, (1, int(numbers[-1]))):
        here = numbers.filter(numbers.is_between(chunk.first_line, chunk.first_line + chunk.lines - 1))
        if len(here):
            lines = chunk.frame()[(here - chunk.first_line).to_list()]
            cleaned = clean_lines(lines, (), RemarkTable())
            found |= dict(cleaned.select("line", _shown("raw")).iter_rows())
    return found


def _shown(name: str) -> pl.Expr:
    text = pl.col(name).str.replace_all(MOVES_CURSOR.pattern, "\ufffd")
    cut = pl.concat_str(text.str.slice(0, LONGEST_QUOTE), pl.lit(" …"))
    return pl.when(text.str.len_chars() > LONGEST_QUOTE).then(cut).otherwise(text).alias(name)
