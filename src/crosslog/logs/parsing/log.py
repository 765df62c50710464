"""A whole log, put together from the facts of its chunks, and whether it is what it must be."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from crosslog.faults import UserError
from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing.facts import UNREAD_TIME, Facts, Start, Tally, Time
from crosslog.logs.parsing.messages import Ids, MessageTable, Miner
from crosslog.logs.parsing.order import Edge, compare_edges
from crosslog.logs.parsing.remarks import RemarkTable
from crosslog.logs.parsing.years import OWN, YearTable
from crosslog.systems import Expected

_STATISTICS = pl.Schema(
    {
        "lines": pl.UInt64(),
        "events": pl.UInt64(),
        "anomalous": pl.UInt64(),
        "labels": pl.UInt32(),
        "first_time": pl.Datetime("us", "UTC"),
        "last_time": pl.Datetime("us", "UTC"),
        "messages": pl.UInt32(),
        "templates": pl.UInt32(),
    }
)


class ParseError(UserError, ValueError):
    """A log is not what its format or its entry in systems.yaml says."""


@dataclass
class ParsedLog:
    """A log as far as the facts of its chunks have been added, in order."""

    messages: MessageTable = field(default_factory=MessageTable)
    remarks: RemarkTable = field(default_factory=RemarkTable)
    lines: int = 0
    events: int = 0
    unreadable: int = 0
    years: YearTable = field(default_factory=YearTable)
    _time: Time = field(default_factory=Time)
    _edges: dict[bool, Edge] = field(default_factory=dict)

    def add(self, facts: Facts) -> tuple[Ids, Start]:
        """The message_id of each of the chunk's messages, and what its lines take from those before it."""
        self.lines += facts.lines
        self.events += facts.events
        self.unreadable += facts.unreadable
        self.remarks.merge(facts.remarks)
        turns = self.years.add(facts.years)
        self.remarks.merge(compare_edges(self._edges, facts.edges, turns))
        inherited = self._time
        if facts.headless and inherited.microseconds in (None, UNREAD_TIME):
            self.remarks.merge([facts.headless])
        if facts.events and (facts.last.microseconds is not None or facts.last.member != inherited.member):
            self._time = _move(facts.last, turns)
        return self.messages.add(facts.messages), Start(_move(inherited, -turns), turns)

    def find_first_year(self, known: int | None, changed: float) -> int:
        """The year of the first line that names none; where no user says it, that it is a guess is remarked.

        Parameters
        ----------
        known : what the user says
        changed : when the newest file was changed, in seconds since 1970
        """
        if known is None and self.years.lines:
            self.remarks.merge([("guessed_year", self.years.lines, *self.years.first)])
        return self.years.find_first(known, changed)

    def mine(self, miner: Miner) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Columns of schemas.Messages, of schemas.Templates but `example` (`show_examples`), of schemas.Patterns."""
        return self.messages.mine(miner)


def show_examples(templates: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Columns of schemas.Templates: the templates with the raw line in which each was first seen."""
    lines = {"template_id": map(int, tally.examples), "example": tally.examples.values()}
    shown = pl.DataFrame(lines, schema={"template_id": pl.UInt32, "example": pl.String})
    found = templates.join(shown, on="template_id", how="left", maintain_order="left")
    return found.select("template_id", "key", "template", "example", "count", "first_line")


def _move(time: Time, turns: int) -> Time:
    """The time with its turn counted from another line."""
    return time if time.turn in (None, OWN) else time._replace(turn=(time.turn or 0) + turns)


def check_log(log: ParsedLog, max_bad_fraction: float, line_format: LineFormat, part: tuple[int, int] | None) -> None:
    """Whether a log, or the part of it that was asked for, is there and could be read.

    Raises
    ------
    ParseError
        If it has no event, ends before the part does, or has too many unreadable lines.
    """
    if part and log.lines < part[1] - part[0] + 1:
        raise ParseError(
            f"lines {part[0]:,} to {part[1]:,} were asked for, {log.lines:,} of them are there: see `lines`"
        )
    if log.events == 0:
        raise ParseError(f"no event in {log.lines} lines: is this the right file?")
    if log.unreadable > max_bad_fraction * log.events:
        line, sample = log.remarks.first("unreadable")
        raise ParseError(
            f"{log.unreadable:,} of {log.events:,} lines ({log.unreadable / log.events:.1%}) cannot be read as "
            f"{type(line_format).__name__}, parse.max_bad_fraction allows {max_bad_fraction:.1%}; the first is line "
            f"{line}: {sample!r}. Correct the format in params.yaml (systems of the suite), or allow more"
        )


def summarise_log(log: ParsedLog, tally: Tally, messages: pl.DataFrame, templates: pl.DataFrame) -> pl.DataFrame:
    """What a log adds up to: one row, columns of schemas.Statistics."""
    row = {
        "lines": log.lines,
        "events": log.events,
        "anomalous": tally.anomalous,
        "labels": len(tally.labels),
        "first_time": tally.first_time,
        "last_time": tally.last_time,
        "messages": messages.height,
        "templates": templates.height,
    }
    return pl.DataFrame({name: [value] for name, value in row.items()}, schema=_STATISTICS)


def compare_counts(log: ParsedLog, tally: Tally, expected: Expected) -> None:
    """Whether a log holds what it must.

    Raises
    ------
    ParseError
        If not; with both numbers.
    """
    found = Expected(
        lines=log.lines,
        anomalous=tally.anomalous,
        sessions=len(tally.sessions),
        anomalous_sessions=sum(tally.sessions.values()),
    )
    wrong = [
        f"{name}: expected {wanted:,}, found {getattr(found, name):,}"
        for name, wanted in expected.model_dump(exclude_none=True).items()
        if getattr(found, name) != wanted
    ]
    if wrong:
        raise ParseError(f"{'; '.join(wrong)}: the file is not the one meant, or `expected` in systems.yaml is wrong")
