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
    "ansi",
    "too_long",
    "empty",
    "joined",
    "unreadable",
    "no_final_newline",
    "no_time",
    "guessed_year",
    "implausible_time",
    "backwards",
    "far_backwards",
    "odd_level",
    "left_out_file",
    "unlabelled",
    "unknown_session",
    "unknown_line",
)
RemarkRow = tuple[str, int, int, str]


class RemarkTable:
    """Counts by kind over all chunks of a log.

    Kinds: `not_utf8` bytes replaced by U+FFFD; `nul` bytes replaced by blanks; `carriage_return` cut off at the
    end; `ansi` colours cut out; `too_long` lines, of which the start is kept; `empty` lines, which make no event;
    `joined` lines, which belong to the event before them; `unreadable` lines, kept as content without fields (and
    with the alert tag that they begin with); `no_final_newline` at the end of a file; `no_time` where a line that
    can be read has none that its format knows, nor one to inherit; `guessed_year` where lines name no year, and it
    follows from the time at which the file was changed; `implausible_time` before 1990 or after tomorrow;
    `backwards` where a line's time is before that of the line before it in its file, `far_backwards` where that is
    by more than a day; `odd_level` where what stands in the level's place is no word for one; `left_out_file`s of a
    folder or an archive; `unlabelled` lines whose session the label file does not name, or which have none;
    `unknown_session`s and `unknown_line`s, which the label file names and the log does not have.
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
