"""What parsing met that was not a clean line: counted, with the first line and the start of it."""

from __future__ import annotations

import polars as pl

SAMPLE_CHARACTERS = 120
KINDS = ("not_utf8", "nul", "carriage_return", "empty", "unreadable", "no_final_newline", "unlabelled")


class RemarkTable:
    """Counts by kind over all chunks of a log.

    Kinds: `not_utf8` bytes replaced by U+FFFD; `nul` bytes replaced by blanks; `carriage_return` cut off at the end;
    `empty` lines, which make no event; `unreadable` lines, kept as content without fields; `no_final_newline` at the
    end of a file; `unlabelled` lines whose session the label file does not name, or which have none.
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
        found = frame.lazy().select("line", "raw").filter(where.fill_null(value=False))
        number = int(where.sum())
        if number:
            line, text = found.head(1).collect().row(0)
            before, first_line, sample = self._rows.get(kind, (0, line, text[:SAMPLE_CHARACTERS]))
            self._rows[kind] = (before + number, first_line, sample)

    def frame(self) -> pl.DataFrame:
        """Columns of schemas.Remarks, in the order of KINDS; kinds that were not met are left out."""
        rows = [(kind, *self._rows[kind]) for kind in KINDS if kind in self._rows]
        columns = {"kind": pl.String, "lines": pl.UInt64, "first_line": pl.UInt64, "sample": pl.String}
        return pl.DataFrame(rows, schema=columns, orient="row")
