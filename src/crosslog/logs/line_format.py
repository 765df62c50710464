"""What every file in formats/ fills in: polars expressions that read one line, and the label rule."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

FIELDS = ("time", "node", "component", "level", "content", "label", "session")


class FormatError(ValueError):
    """The options of a format say something that cannot be done."""


class LineFormat:
    """How the lines of one family of systems are read: what every class in formats/ inherits and fills in.

    A format is a frozen dataclass; its fields are `options` of a system in systems.yaml. What does not depend on an
    option may be a ClassVar.
    """

    @property
    def parts(self) -> pl.Expr:
        """Expression over `raw` (String) that cuts a line into a struct of named pieces."""
        raise NotImplementedError

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """FIELDS to expressions over `raw`, `member` (name of the file the line is in) and `part(name)`.

        Each is null where the line does not say. `content` is null where, and only where, the line cannot be read;
        `time` is Datetime("us", "UTC"), all others are String.
        """
        raise NotImplementedError

    @property
    def unreadable(self) -> pl.Expr:
        """What is kept as the content of a line that cannot be read; no label may be in it."""
        return pl.col("raw")

    @property
    def carries_time(self) -> bool:
        """Whether a line without a time has that of the line before it in the same file."""
        return False

    @property
    def label_file(self) -> str | None:
        """Glob of the file that labels sessions, such as `*label*.csv`; None where there is no such file."""
        return None

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


def split_at_blanks(count: int) -> pl.Expr:
    """Pieces between single blanks, the last with the rest of the line: field_0, field_1, …; null where missing."""
    return pl.col("raw").str.splitn(" ", count)


def parse_epoch_time(seconds: pl.Expr, microseconds: pl.Expr | None = None) -> pl.Expr:
    """A UTC time from digits that count seconds since 1970, null where they are not digits."""
    total = seconds.str.to_integer(strict=False) * 1_000_000
    if microseconds is not None:
        total = total + microseconds.str.to_integer(strict=False).fill_null(0)
    return pl.from_epoch(total, time_unit="us").dt.replace_time_zone("UTC")


def parse_iso_time(date: pl.Expr, clock: pl.Expr, fraction: pl.Expr, zone: pl.Expr) -> pl.Expr:
    """A UTC time from yyyy-mm-dd, hh:mm:ss, up to six digits of a second and Z or +hh:mm; null zones are UTC."""
    zone = zone.str.replace("^[Zz]$", "+0000").str.replace(":", "", literal=True).fill_null("+0000")
    fraction = fraction.fill_null("").str.pad_end(6, "0")
    text = pl.concat_str(date, pl.lit("T"), clock, pl.lit("."), fraction, zone)
    return text.str.to_datetime("%Y-%m-%dT%H:%M:%S.%6f%z", time_unit="us", strict=False).dt.convert_time_zone("UTC")


def drop_unknown(value: pl.Expr, *unknown: str) -> pl.Expr:
    """The value, or null where the line has a word that stands for "not known"."""
    return pl.when(~value.is_in(unknown)).then(value)


def keep_readable(condition: pl.Expr, content: pl.Expr) -> pl.Expr:
    """The content (empty where the line ends before it), or null where the line cannot be read."""
    return pl.when(condition.fill_null(value=False)).then(content.fill_null(""))


def read_alert_tag(tag: pl.Expr) -> pl.Expr:
    """The alert tag of a CFDR line, null for `-` (Oliner & Stearley 2007: no alert)."""
    return drop_unknown(tag, "-")


def remove_tag() -> pl.Expr:
    """The line without an alert tag at its start, so that no label gets into a message."""
    return pl.col("raw").str.replace(TAG, "")


NOTHING = pl.lit(None, dtype=pl.String)
EPOCH = r"^[0-9]{9,10}$"
# Pieces of an ISO 8601 time; what is finer than a microsecond is cut off.
ISO_TIME = (
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,6})[0-9]*)? ?(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
TAG = r"^(?:-|[A-Z][A-Z0-9_]*)(?: |$)"
