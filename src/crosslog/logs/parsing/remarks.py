"""What parsing met that was not a clean line: counted, with the first line and the start of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

SAMPLE_CHARACTERS = 120
REMARK_KINDS = (
    "not_utf8",
    "nul",
    "carriage_return",
    "too_long",
    "empty",
    "unreadable",
    "no_final_newline",
    "unlabelled",
    "unknown_session",
    "unknown_line",
)
RemarkRow = tuple[str, int, int, str]


class RemarkTable:
    """Counts by kind over all chunks of a log.

    Kinds: `not_utf8` bytes replaced by U+FFFD; `nul` bytes replaced by blanks; `carriage_return` cut off at the end;
    `too_long` lines, of which the start is kept; `empty` lines, which make no event; `unreadable` lines, kept as
    content without fields; `no_final_newline` at the end of a file; `unlabelled` lines whose session the label file
    does not name, or which have none; `unknown_session`s and `unknown_line`s, which the
    label file names and the log does not have.
    """

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, int, str]] = {}

    def count(self, kind: str) -> int:
        """How many lines so far."""
        return self._rows.get(kind, (0, 0, ""))[0]

    def first(self, kind: str) -> tuple[int, str]:
        """Number and start of the first of the lines."""
        return self._rows[kind][1:]

    def add(self, kind: str, frame: pl.DataFrame, where: pl.Series) -> None:
        """Count the rows of a frame (columns line, raw) where `where` is true."""
        number = int(where.sum())
        if number:
            row = where.arg_true()[0]
            line, text = frame["line"][row], frame["raw"][row]
            self.merge([(kind, number, line, text[:SAMPLE_CHARACTERS])])

    def rows(self) -> list[RemarkRow]:
        """Kind, count, number and start of the first line, in the order of KINDS: to be merged elsewhere."""
        return [(kind, *self._rows[kind]) for kind in REMARK_KINDS if kind in self._rows]

    def merge(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add what `rows` gave for a later part of the log.

        Raises
        ------
        ValueError
            If a kind is none of KINDS.
        """
        for kind, count, line, sample in rows:
            if kind not in REMARK_KINDS:
                raise ValueError(f"{kind!r} is no kind of remark; there are: {', '.join(REMARK_KINDS)}")
            before, first_line, first_sample = self._rows.get(kind, (0, line, sample))
            self._rows[kind] = (before + count, first_line, first_sample)

    def frame(self) -> pl.DataFrame:
        """Columns of schemas.Remarks, in the order of KINDS; kinds that were not met are left out."""
        columns = {"kind": pl.String, "lines": pl.UInt64, "first_line": pl.UInt64, "sample": pl.String}
        return pl.DataFrame(self.rows(), schema=columns, orient="row")
