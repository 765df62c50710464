"""Raw lines to events, distinct messages, templates and remarks: one pass, a chunk at a time, in bounded memory."""

from __future__ import annotations

from fnmatch import fnmatch

import polars as pl

from crosslog.logs.cleaning import cleaned
from crosslog.logs.line_format import FIELDS, LineFormat
from crosslog.logs.masking import said
from crosslog.logs.messages import MessageTable, Miner
from crosslog.logs.reading import Chunk, Member, read_text
from crosslog.logs.remarks import RemarkTable
from crosslog.settings import Expected

EVENT_COLUMNS = ("line", *FIELDS[:4], "message_id", "template_id", "label", "anomalous", "session")


class ParseError(ValueError):
    """A log is not what its format or its entry in systems.yaml says."""


class Parser:
    """Reads one log; give it every chunk in order, then ask for the tables.

    Parameters
    ----------
    line_format : how a line is read
    miner : what makes templates of messages
    labels : session to kind of failure (None: normal), where sessions are labelled
    """

    def __init__(self, line_format: LineFormat, miner: Miner, labels: dict[str, str | None]) -> None:
        self._format = line_format
        self._messages = MessageTable(miner)
        self._remarks = RemarkTable()
        self._labels = pl.DataFrame(
            {"session": list(labels), "kind": list(labels.values())},
            schema={"session": pl.String, "kind": pl.String},
        ).with_columns(named=pl.lit(value=True))
        self._sessions: dict[str, bool] = {}
        self._lines = self._events = self._anomalous = 0
        self._last: tuple[int, object] = (-1, None)  # member number and time of the line before

    def events(self, chunk: Chunk) -> pl.DataFrame:
        """Columns of schemas.Events, a row per line that is not empty."""
        lines = cleaned(chunk.frame(self._lines + 1), chunk.unfinished, self._remarks)
        events = self._messages.add(self._labelled(self._read(lines))).select(EVENT_COLUMNS)
        self._lines += sum(count for _, count in chunk.members)
        self._count(events)
        return events

    def _count(self, events: pl.DataFrame) -> None:
        self._events += len(events)
        self._anomalous += int(events["anomalous"].sum())
        sessions = events.lazy().drop_nulls("session").group_by("session").agg(pl.col("anomalous").any()).collect()
        for name, anomalous in sessions.rows():
            self._sessions[name] = anomalous or self._sessions.get(name, False)

    def _read(self, lines: pl.DataFrame) -> pl.DataFrame:
        read = lines.lazy().with_columns(parts=self._format.parts)
        read = read.with_columns(**{name: self._format.columns[name] for name in FIELDS}).drop("parts")
        frame = read.collect(engine="streaming")
        unreadable = frame["content"].is_null()
        self._remarks.add("unreadable", frame, unreadable)
        if unreadable.any():
            read_well = pl.when(pl.col("content").is_not_null())
            frame = frame.with_columns(
                *(read_well.then(pl.col(name)) for name in FIELDS if name not in ("content", "session")),
                pl.col("content").fill_null(self._format.unreadable),
            )
        if self._format.carries_time:
            frame = self._with_carried_time(frame)
        return frame.with_columns(said=said(pl.col("component"), pl.col("level"), pl.col("content")))

    def _with_carried_time(self, frame: pl.DataFrame) -> pl.DataFrame:
        member, time = self._last
        carried = pl.when(pl.col("member_number").eq(member)).then(pl.lit(time, dtype=frame.schema["time"]))
        frame = frame.with_columns(pl.col("time").forward_fill().over("member_number").fill_null(carried))
        if len(frame):
            self._last = frame.select("member_number", "time").row(-1)
        return frame

    def _labelled(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._format.label_file is not None:
            frame = frame.join(self._labels, on="session", how="left", maintain_order="left")
            self._remarks.add("unlabelled", frame, frame["named"].is_null())
            frame = frame.with_columns(label=pl.col("kind"))
        return frame.with_columns(anomalous=pl.col("label").is_not_null())

    def messages(self) -> pl.DataFrame:
        """Columns of schemas.Messages, by message_id."""
        return self._messages.messages()

    def templates(self) -> pl.DataFrame:
        """Columns of schemas.Templates, by template_id."""
        return self._messages.templates()

    def remarks(self) -> pl.DataFrame:
        """Columns of schemas.Remarks, a row per kind that was met."""
        return self._remarks.frame()

    def found(self) -> Expected:
        """What the log holds: raw lines, anomalous events, sessions and anomalous sessions."""
        return Expected(
            lines=self._lines,
            anomalous=self._anomalous,
            sessions=len(self._sessions),
            anomalous_sessions=sum(self._sessions.values()),
        )

    def check(self, max_bad_fraction: float, expected: Expected) -> None:
        """Whether the log, now read to its end, could be read and holds what it must.

        Raises
        ------
        ParseError
            If it has no event, too many unreadable lines, or other counts than expected.
        """
        if self._events == 0:
            raise ParseError(f"no event in {self._lines} lines: is this the right file?")
        if self._remarks.count("unreadable") > max_bad_fraction * self._events:
            raise ParseError(self._too_many_unreadable(max_bad_fraction))
        if wrong := _differences(self.found(), expected):
            raise ParseError(
                f"{'; '.join(wrong)}: the file is not the one meant, or `expected` in systems.yaml is wrong"
            )

    def _too_many_unreadable(self, allowed: float) -> str:
        bad = self._remarks.count("unreadable")
        line, sample = self._remarks.first("unreadable")
        return (
            f"{bad:,} of {self._events:,} lines ({bad / self._events:.1%}) cannot be read as "
            f"{type(self._format).__name__}, parse.max_bad_fraction allows {allowed:.1%}; the first is line {line}: "
            f"{sample!r}. Correct the format in params.yaml (systems of the suite), or allow more"
        )


def _differences(found: Expected, expected: Expected) -> list[str]:
    return [
        f"{name}: expected {wanted:,}, found {getattr(found, name):,}"
        for name, wanted in expected.model_dump(exclude_none=True).items()
        if getattr(found, name) != wanted
    ]


def session_labels(line_format: LineFormat, files: list[Member]) -> dict[str, str | None]:
    """Session to kind of failure from those of the files that the format names; empty where there is none.

    Raises
    ------
    ParseError
        If a label file is not what the format says.
    """
    labels: dict[str, str | None] = {}
    for member in files:
        if is_label_file(line_format, member):
            text = read_text(member)
            try:
                labels |= line_format.session_labels(text)
            except ValueError as error:
                raise ParseError(f"label file {member.name}: {error}") from None
    return labels


def is_label_file(line_format: LineFormat, member: Member) -> bool:
    """Whether a member labels sessions rather than holding lines."""
    pattern = line_format.label_file
    return pattern is not None and fnmatch(member.name.rpartition("/")[2], pattern)
