"""What every file in formats/ fills in: polars expressions that read one line, and the label rule."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from crosslog.faults import UserError

JOINS = ("indented", "pattern", "none")
FIELDS = ("time", "node", "component", "level", "content", "label", "session")


class FormatError(UserError, ValueError):
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
    def unlabelled(self) -> pl.Expr:
        """The line without a label: what people are shown of it, and the content of one that cannot be read."""
        return pl.col("raw")

    @property
    def tag(self) -> pl.Expr:
        """The alert tag of a line that cannot be read, as one that was cut short; null where it has none."""
        return NOTHING

    @property
    def reads_time(self) -> bool:
        """Whether lines that can be read should have a time."""
        return True

    @property
    def yearless(self) -> pl.Expr | None:
        """The time of a line that names no year, in the year YEARLESS; None where the format has no such lines."""
        return None

    @property
    def first_year(self) -> int | None:
        """The year of the first of these lines, where it is known."""
        return None

    @property
    def carries_time(self) -> bool:
        """Whether a line without a time has that of the line before it in the same file."""
        return False

    @property
    def join(self) -> str:
        """Which lines belong to the event before them, one of JOINS (parsing/continuations.py)."""
        return "none"

    @property
    def opens_event(self) -> pl.Expr:
        """Whether a line has what an event begins with; over the fields and `yearless`, where there is such a time."""
        return pl.col("content").is_not_null()

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


def check_join(join: str) -> None:
    """Raise a FormatError where the option is none of JOINS."""
    if join not in JOINS:
        raise FormatError(f"join must be {', '.join(JOINS)}, not {join!r}")


def part(name: str) -> pl.Expr:
    """A named piece of the line."""
    return pl.col("parts").struct.field(name)


def drop_unknown(value: pl.Expr, *unknown: str) -> pl.Expr:
    """The value, or null where the line has a word that stands for "not known"."""
    return pl.when(~value.is_in(unknown)).then(value)


def keep_readable(condition: pl.Expr, content: pl.Expr) -> pl.Expr:
    """The content (empty where the line ends before it), or null where the line cannot be read."""
    return pl.when(condition.fill_null(value=False)).then(content.fill_null(""))


def read_alert_tag(tag: pl.Expr) -> pl.Expr:
    """The alert tag of a CFDR line, null for `-` (Oliner & Stearley 2007: no alert)."""
    return drop_unknown(tag, "-")


def read_cut_tag() -> pl.Expr:
    """The alert tag that a line begins with of which the rest cannot be read."""
    return pl.col("raw").str.extract(CUT_TAG)


def remove_tag() -> pl.Expr:
    """The line without an alert tag at its start, so that no label gets into a message."""
    return pl.col("raw").str.replace(TAG, "")


YEARLESS = 2000  # a leap year: it has every day that some year has
NOTHING = pl.lit(None, dtype=pl.String)
EPOCH = r"^[0-9]{9,10}$"
TAG = r"^ *(?:-|[A-Z][A-Z0-9_]*)(?: +|$)"
CUT_TAG = r"^ *([A-Z][A-Z0-9_]*)(?: +[0-9]| *$)"  # what follows is cut off, or the number that a time begins with
