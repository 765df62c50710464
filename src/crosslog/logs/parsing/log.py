"""A whole log, put together from the facts of its chunks, and whether it is what it must be."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing.facts import Facts, Tally, Time
from crosslog.logs.parsing.messages import Ids, MessageTable, Miner
from crosslog.logs.parsing.remarks import RemarkTable
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


class ParseError(ValueError):
    """A log is not what its format or its entry in systems.yaml says."""


@dataclass
class ParsedLog:
    """A log as far as the facts of its chunks have been added, in order."""

    messages: MessageTable = field(default_factory=MessageTable)
    remarks: RemarkTable = field(default_factory=RemarkTable)
    lines: int = 0
    events: int = 0
    unreadable: int = 0
    _time: Time = field(default_factory=Time)

    def add(self, facts: Facts) -> tuple[Ids, Time]:
        """The message_id of each of the chunk's messages, and the time that its first lines inherit."""
        self.lines += facts.lines
        self.events += facts.events
        self.unreadable += facts.unreadable
        self.remarks.merge(facts.remarks)
        inherited = self._time
        if facts.events and (facts.last.microseconds is not None or facts.last.member != inherited.member):
            self._time = facts.last
        return self.messages.add(facts.messages), inherited

    def mine(self, miner: Miner) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Columns of schemas.Messages, of schemas.Templates and of schemas.Patterns."""
        return self.messages.mine(miner)


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
