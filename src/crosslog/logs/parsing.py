"""Raw lines to events, distinct messages, templates and remarks, in two passes over chunks that know nothing of others.

`read` turns a chunk of lines into a frame and into facts. Facts are small; merged in the order of the chunks (`Log`),
they give what no chunk knows alone: ids of messages, templates, the time that a line without one inherits. `finished`
then completes each frame. Both may run anywhere and more than once; events are the same wherever chunks are cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from crosslog.logs.cleaning import cleaned
from crosslog.logs.labels import LabelTable, labelled
from crosslog.logs.line_format import FIELDS, LineFormat
from crosslog.logs.masking import said
from crosslog.logs.messages import Ids, MessageTable, Miner, Occurrence, distinct
from crosslog.logs.reading import Chunk
from crosslog.logs.remarks import RemarkTable
from crosslog.systems import Expected

EVENT_COLUMNS = ("line", *FIELDS[:4], "message_id", "template_id", "label", "anomalous", "session")


class ParseError(ValueError):
    """A log is not what its format or its entry in systems.yaml says."""


class Time(NamedTuple):
    """The time that lines without one inherit: of the last line before them in the same member that has one."""

    member: int = -1
    microseconds: int | None = None  # since 1970


@dataclass(frozen=True)
class Facts:
    """What a chunk holds that the whole log must know; plain values, so that it can be kept as JSON."""

    lines: int
    events: int
    unreadable: int
    messages: list[Occurrence]
    remarks: list[Any]
    last: Time

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Facts:
        """What `as_json` gave, read back."""
        messages = [Occurrence(*values) for values in content["messages"]]
        remarks = [tuple(row) for row in content["remarks"]]
        return cls(**{**content, "messages": messages, "remarks": remarks, "last": Time(*content["last"])})


def read(chunk: Chunk, line_format: LineFormat) -> tuple[pl.DataFrame, Facts]:
    """A row per line of the chunk that is not empty, and the chunk's facts.

    Columns are those of schemas.Events, but for: `message`, the place of the row's message among the facts' messages;
    `member_number`; `label`, the tag that the line itself has; and no message_id, template_id and anomalous.
    """
    remarks = RemarkTable()
    lines = cleaned(chunk.frame(), chunk.unfinished, remarks)
    fields = _fields(lines, line_format, remarks)
    ids, messages = distinct(fields)
    facts = Facts(
        lines=sum(count for _, count in chunk.members),
        events=len(fields),
        unreadable=remarks.count("unreadable"),
        messages=messages,
        remarks=remarks.rows(),
        last=_last_time(fields),
    )
    return fields.with_columns(message=ids).select("message", "member_number", *READ_COLUMNS), facts


READ_COLUMNS = ("line", *FIELDS[:4], "label", "session")


def _fields(lines: pl.DataFrame, line_format: LineFormat, remarks: RemarkTable) -> pl.DataFrame:
    frame = lines.with_columns(parts=line_format.parts)
    frame = frame.with_columns(**{name: line_format.columns[name] for name in FIELDS}).drop("parts")
    unreadable = frame["content"].is_null()
    if unreadable.any():
        remarks.add("unreadable", frame, unreadable)
        read_well = pl.when(pl.col("content").is_not_null())
        frame = frame.with_columns(
            *(read_well.then(pl.col(name)) for name in FIELDS if name not in ("content", "session")),
            pl.col("content").fill_null(line_format.unreadable),
        )
    if line_format.carries_time:
        frame = frame.with_columns(pl.col("time").forward_fill().over("member_number"))
    return frame.with_columns(said=said(pl.col("component"), pl.col("level"), pl.col("content")))


def _last_time(fields: pl.DataFrame) -> Time:
    if fields.is_empty():
        return Time()
    member, time = fields.select("member_number", pl.col("time").to_physical()).row(-1)
    return Time(member, time)


@dataclass
class Log:
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

    def mined(self, miner: Miner) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Columns of schemas.Messages and of schemas.Templates."""
        return self.messages.mined(miner)


class Completion(NamedTuple):
    """What one chunk's frame lacks."""

    message_ids: Ids  # by place among the chunk's messages
    template_ids: Ids  # the same
    inherited: Time


@dataclass
class Tally:
    """Counts over finished events."""

    anomalous: int = 0
    remarks: list[Any] = field(default_factory=list)  # rows of a RemarkTable
    sessions: dict[str, bool] = field(default_factory=dict)  # whether any event of it is anomalous

    def add(self, other: Tally) -> None:
        """Add what another part of the log holds."""
        self.anomalous += other.anomalous
        self.remarks += other.remarks
        for name, anomalous in other.sessions.items():
            self.sessions[name] = anomalous or self.sessions.get(name, False)

    def note_unknown(self, kind: str, names: Sequence[object]) -> None:
        """Remark on sessions or lines that are labelled but not in the log."""
        if names:
            self.remarks.append((kind, len(names), 0, str(names[0])))


def finished(
    frame: pl.DataFrame, completion: Completion, line_format: LineFormat, labels: LabelTable
) -> tuple[pl.DataFrame, Tally]:
    """Columns of schemas.Events from what `read` gave, and what they add up to."""
    places = frame["message"].to_numpy()
    frame = frame.with_columns(
        message_id=completion.message_ids[places],
        template_id=completion.template_ids[places],
    )
    if line_format.carries_time:
        frame = frame.with_columns(_with_inherited(frame.schema["time"], completion.inherited))
    frame = labelled(frame, labels)
    return frame.select(EVENT_COLUMNS), _tally(frame)


def _with_inherited(dtype: pl.DataType, inherited: Time) -> pl.Expr:
    time = pl.lit(inherited.microseconds, dtype=pl.Int64).cast(dtype)
    return pl.col("time").fill_null(pl.when(pl.col("member_number") == inherited.member).then(time))


def _tally(frame: pl.DataFrame) -> Tally:
    remarks = RemarkTable()
    if not frame["named"].all():
        remarks.add("unlabelled", frame.with_columns(raw=pl.col("session").fill_null("")), ~frame["named"])
    by_session = frame.lazy().drop_nulls("session").group_by("session").agg(pl.col("anomalous").any())
    sessions = dict(by_session.collect().rows())
    return Tally(int(frame["anomalous"].sum()), remarks.rows(), sessions)


def check(log: Log, max_bad_fraction: float, line_format: LineFormat, part: tuple[int, int] | None) -> None:
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


def compare(log: Log, tally: Tally, expected: Expected) -> None:
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
