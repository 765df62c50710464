"""What every file in formats/ fills in: polars expressions that read one line, and the label rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import polars as pl

FIELDS = ("time", "node", "component", "level", "content", "label", "session")


class LineFormat:
    """How the lines of one family of systems are read: what every class in formats/ inherits and fills in.

    Attributes
    ----------
    parts : expression over `raw` (String) that cuts a line into a struct of named pieces
    columns : FIELDS to expressions over `raw`, `member` (name of the file the line is in) and `part(name)`; each is
        null where the line does not say. `content` is null where, and only where, the line cannot be read; `time` is
        Datetime("us", "UTC"), all others are String
    unreadable : what is kept as the content of a line that cannot be read; no label may be in it
    carries_time : whether a line without a time has that of the line before it in the same file
    label_file : glob of the file that labels sessions, such as `*label*.csv`; None where lines label themselves
    """

    parts: ClassVar[pl.Expr]
    columns: ClassVar[Mapping[str, pl.Expr]]
    unreadable: ClassVar[pl.Expr] = pl.col("raw")
    carries_time: ClassVar[bool] = False
    label_file: ClassVar[str | None] = None

    def session_labels(self, text: str) -> dict[str, str | None]:  # noqa: ARG002
        """Session to kind of failure (None: normal), from the text of the label file.

        Raises
        ------
        ValueError
            If the text is not what such a file holds.
        """
        return {}


def part(name: str) -> pl.Expr:
    """A named piece of the line."""
    return pl.col("parts").struct.field(name)


def words(count: int) -> pl.Expr:
    """Pieces between single blanks, the last with the rest of the line: field_0, field_1, …; null where missing."""
    return pl.col("raw").str.splitn(" ", count)


def epoch_time(seconds: pl.Expr, microseconds: pl.Expr | None = None) -> pl.Expr:
    """A UTC time from digits that count seconds since 1970, null where they are not digits."""
    total = seconds.str.to_integer(strict=False) * 1_000_000
    if microseconds is not None:
        total = total + microseconds.str.to_integer(strict=False).fill_null(0)
    return pl.from_epoch(total, time_unit="us").dt.replace_time_zone("UTC")


def unless(value: pl.Expr, *unknown: str) -> pl.Expr:
    """The value, or null where the line has a word that stands for "not known"."""
    return pl.when(~value.is_in(unknown)).then(value)


def readable(condition: pl.Expr, content: pl.Expr) -> pl.Expr:
    """The content (empty where the line ends before it), or null where the line cannot be read."""
    return pl.when(condition.fill_null(value=False)).then(content.fill_null(""))


def alert_tag(tag: pl.Expr) -> pl.Expr:
    """The alert tag of a CFDR line, null for `-` (Oliner & Stearley 2007: no alert)."""
    return unless(tag, "-")


def untagged() -> pl.Expr:
    """The line without an alert tag at its start, so that no label gets into a message."""
    return pl.col("raw").str.replace(TAG, "")


NOTHING = pl.lit(None, dtype=pl.String)
EPOCH = r"^[0-9]{9,10}$"
TAG = r"^(?:-|[A-Z][A-Z0-9_]*)(?: |$)"
