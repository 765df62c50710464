r"""A pattern of one's own in the style of loghub's headers, such as `<Date> <Time> <Level> <Component>: <Content>`.

As in logparser (Zhu et al., Tools and Benchmarks for Automated Log Parsing, ICSE-SEIP 2019) a name in angle brackets
is a field, what stands between fields is a regular expression (`\[` is a bracket, `(\[<PID>\])?` may be missing), a
blank is one or more blanks, and a field is as short as it can be. The pattern covers the whole line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from crosslog.logs.line_format import NOTHING, FormatError, LineFormat, parse_epoch_time, part, read_alert_tag

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
FIELD = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True)
class Pattern(LineFormat):
    """Reads lines that follow a pattern.

    Parameters
    ----------
    pattern : as above, with `<Content>`; a `<Label>` stands first and is an alert tag, `-` where there is none
    time_format : how the fields of TIME_FIELDS, joined by blanks, are read, as strptime has it (`%3f`: milliseconds),
        or `epoch` for seconds since 1970; UTC where it has no zone. None leaves times null
    time_fields : the fields to join instead, in this order
    year : of all times, where the format has no year; a log that passes New Year is two entries in systems.yaml
    """

    pattern: str
    time_format: str | None = None
    time_fields: tuple[str, ...] = ()
    year: int | None = None

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
        self._check_time()

    def _check_time(self) -> None:
        if self.time_format is None:
            return
        if not self._time_names():
            raise FormatError(f"pattern {self.pattern!r} has no time for time_format; give time_fields")
        known = self.time_format == "epoch" or re.search("%[YyDFcs]", self.time_format)
        if bool(known) is (self.year is not None):
            raise FormatError(f"time_format {self.time_format!r}: give year where, and only where, it has none (%Y)")

    @property
    def expression(self) -> str:
        """The regular expression that the pattern stands for."""
        pieces = FIELD.split(self.pattern)
        texts = [re.sub(" +", r"\\s+", piece) for piece in pieces[::2]]
        fields = [f"(?P<{name}>.*?)" for name in pieces[1::2]]
        return "^" + "".join(text + field for text, field in zip(texts, [*fields, ""], strict=True)) + "$"

    @property
    def parts(self) -> pl.Expr:
        """The fields by name."""
        return pl.col("raw").str.extract_groups(self.expression)

    @property
    def unreadable(self) -> pl.Expr:
        """The line, without its first word where that is a label."""
        tagged = self.pattern.lower().startswith("<label>")
        return pl.col("raw").str.replace("^[^ ]* ?", "") if tagged else pl.col("raw")

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
        if self.time_format is None:
            return pl.lit(None, dtype=pl.Datetime("us", "UTC"))
        text = pl.concat_str([part(name) for name in self._time_names()], separator=" ")
        if self.time_format == "epoch":
            return parse_epoch_time(text)
        layout = self.time_format
        if self.year is not None:
            text, layout = pl.concat_str(pl.lit(f"{self.year} "), text), f"%Y {layout}"
        if "%z" in layout:
            return text.str.to_datetime(layout, time_unit="us", strict=False).dt.convert_time_zone("UTC")
        return text.str.to_datetime(layout, time_unit="us", strict=False).dt.replace_time_zone("UTC")

    def _time_names(self) -> list[str]:
        names = FIELD.findall(self.pattern)
        return list(self.time_fields) or [name for name in names if name.lower() in TIME_FIELDS]
