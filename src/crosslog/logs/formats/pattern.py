r"""A pattern of one's own in the style of loghub's headers, such as `<Date> <Time> <Level> <Component>: <Content>`.

As in logparser (Zhu et al., Tools and Benchmarks for Automated Log Parsing, ICSE-SEIP 2019) a name in angle brackets
is a field, what stands between fields is a regular expression (`\[` is a bracket, `(\[<PID>\])?` may be missing), a
blank is one or more blanks, and a field is as short as it can be. The pattern covers the whole line; blanks in front
of it are read over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from crosslog.logs.line_format import (
    NOTHING,
    YEARLESS,
    FormatError,
    LineFormat,
    check_join,
    part,
    read_alert_tag,
    read_cut_tag,
)
from crosslog.logs.times import LAST_ZONE, UTC_TIME, parse_epoch_count, parse_offset

# Which fields, in any case, are what; others are read over.
MEANINGS = {
    "node": ("node", "host", "hostname", "address", "location", "machine", "server", "ip"),
    "component": ("component", "daemon", "service", "program", "process", "logger", "module", "application", "app"),
    "level": ("level", "severity", "priority", "loglevel"),
    "label": ("label",),
    "session": ("session", "block", "instance", "request"),
    "content": ("content",),
}
TIME_FIELDS = ("year", "month", "date", "day", "time", "timestamp")
COUNTED = {"milliseconds": 1_000, "microseconds": 1}  # fields that count them, with or without zeros in front
FIELD = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True)
class Pattern(LineFormat):
    """Reads lines that follow a pattern.

    Parameters
    ----------
    pattern : as above, with `<Content>`; a `<Label>` stands first and is an alert tag, `-` where there is none
    time_format : how the fields of TIME_FIELDS, joined by blanks, are read, as strptime has it (`%3f`: milliseconds;
        `%Z`: a zone by name), or `epoch` for a number since 1970; UTC where it has no zone. None leaves times null. A
        field of COUNTED is added to it
    time_fields : the fields to join instead, in this order
    year : of the first time, where the format has no year; without, the newest is the last one before the file changed
    join : which lines belong to the event before them: `indented` (those of traces too), `pattern` (all that it does
        not cover) or `none`
    """

    pattern: str
    time_format: str | None = None
    time_fields: tuple[str, ...] = ()
    year: int | None = None
    join: str = "indented"

    def __post_init__(self) -> None:
        """Refuse a pattern that cannot be read, or a time that is not in it."""
        names = FIELD.findall(self.pattern)
        if wrong := [name for name in names if not name.isidentifier() or names.count(name) > 1]:
            raise FormatError(f"pattern {self.pattern!r}: field <{wrong[0]}> is no word, or there twice")
        if "content" not in map(str.lower, names):
            raise FormatError(f"pattern {self.pattern!r} has no <Content>: say where the message stands")
        if "<label>" in self.pattern.lower()[1:]:
            raise FormatError(f"pattern {self.pattern!r}: <Label> must stand first, or it would get into messages")
        if missing := [name for name in self.time_fields if name not in names]:
            raise FormatError(f"pattern {self.pattern!r} has no <{missing[0]}>, which time_fields names")
        try:
            pl.select(pl.lit("").str.extract_groups(self.expression))
        except pl.exceptions.ComputeError as error:
            raise FormatError(
                f"pattern {self.pattern!r} is no regular expression between its fields: {error}"
            ) from None
        check_join(self.join)
        self._check_time()

    def _check_time(self) -> None:
        if self.time_format is None:
            return
        if not self._time_names():
            raise FormatError(f"pattern {self.pattern!r} has no time for time_format; give time_fields")
        if self._names_year and self.year is not None:
            raise FormatError(f"time_format {self.time_format!r}: give year only where it has none (%Y)")
        if not self._names_year and not re.search(
            "%(?:[mbBhj]|-m).*%(?:-?[de]|j)|%-?[de].*%(?:[mbBh]|-m)", self.time_format
        ):
            raise FormatError(f"time_format {self.time_format!r} names no day: put its month and day into time_fields")

    @property
    def _names_year(self) -> bool:
        return self.time_format == "epoch" or bool(re.search("%[YyDFcs]", self.time_format or "%Y"))

    @property
    def expression(self) -> str:
        """The regular expression that the pattern stands for."""
        pieces = FIELD.split(self.pattern)
        texts = [re.sub(" +", r"\\s+", piece) for piece in pieces[::2]]
        fields = [f"(?P<{name}>{_match_field(name.lower())})" for name in pieces[1::2]]
        start = "^" if self.pattern.lower().startswith("<content>") else r"^\s*"
        return start + "".join(text + field for text, field in zip(texts, [*fields, ""], strict=True)) + "$"

    @property
    def parts(self) -> pl.Expr:
        """The fields by name."""
        return pl.col("raw").str.extract_groups(self.expression)

    @property
    def unlabelled(self) -> pl.Expr:
        """The line, without its first word where that is a label."""
        tagged = self.pattern.lower().startswith("<label>")
        return pl.col("raw").str.replace(r"^\s*\S*\s?", "") if tagged else pl.col("raw")

    @property
    def tag(self) -> pl.Expr:
        """As LineFormat says."""
        return read_cut_tag() if self.pattern.lower().startswith("<label>") else NOTHING

    @property
    def reads_time(self) -> bool:
        """As LineFormat says."""
        return self.time_format is not None

    @property
    def yearless(self) -> pl.Expr | None:
        """As LineFormat says."""
        if self._names_year:
            return None
        return self._read_time(pl.concat_str(pl.lit(f"{YEARLESS} "), self._time_text()), f"%Y {self.time_format}")

    @property
    def first_year(self) -> int | None:
        """As LineFormat says."""
        return self.year

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """As LineFormat says."""
        found = {column: self._first(words) for column, words in MEANINGS.items()}
        return {**found, "label": read_alert_tag(found["label"]), "time": self._time()}

    def _first(self, words: tuple[str, ...]) -> pl.Expr:
        names = {name.lower(): name for name in FIELD.findall(self.pattern)}
        found = [part(names[word]) for word in words if word in names]
        return pl.coalesce(found) if found else NOTHING

    def _time(self) -> pl.Expr:
        if self.time_format is None or not self._names_year:
            return pl.lit(None, dtype=UTC_TIME)
        return self._read_time(self._time_text(), self.time_format)

    def _read_time(self, text: pl.Expr, layout: str) -> pl.Expr:
        if layout == "epoch":
            return self._with_counted(parse_epoch_count(text))
        if "%Z" in layout:
            pieces = text.str.extract_groups(LAST_ZONE).struct.field
            bare = pl.coalesce(pl.concat_str(pieces("before"), pieces("behind")), text)
            naive = bare.str.to_datetime(layout.replace("%Z", ""), time_unit="us", strict=False)
            local = naive.to_physical() - parse_offset(pieces("zone"))
            return self._with_counted(local.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
        found = text.str.to_datetime(layout, time_unit="us", strict=False)
        zoned = found.dt.convert_time_zone("UTC") if "%z" in layout else found.dt.replace_time_zone("UTC")
        return self._with_counted(zoned)

    def _with_counted(self, time: pl.Expr) -> pl.Expr:
        names = {name.lower(): name for name in FIELD.findall(self.pattern)}
        for word, microseconds in COUNTED.items():
            if word in names:
                time = time + pl.duration(microseconds=part(names[word]).str.to_integer(strict=False) * microseconds)
        return time

    def _time_text(self) -> pl.Expr:
        return pl.concat_str([part(name) for name in self._time_names()], separator=" ")

    def _time_names(self) -> list[str]:
        names = FIELD.findall(self.pattern)
        return list(self.time_fields) or [name for name in names if name.lower() in TIME_FIELDS]


def _match_field(name: str) -> str:
    """What a field may be: digits where it counts, one word where it is the level, else anything."""
    if name in COUNTED:
        return "[0-9]+"
    return r"\S*?" if name == "level" else ".*?"
