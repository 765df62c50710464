"""Raw lines to events, distinct messages, templates and remarks, in two passes over chunks that know nothing of others.

`read_chunk` turns a chunk of lines into a frame and into facts. Facts are small; merged into a `ParsedLog` in the order
of the chunks, they give what no chunk knows alone: ids of messages, templates, the time that a line without one
inherits. `finish_chunk` then completes each frame. Both may run anywhere and more than once; events are the same
wherever chunks are cut.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from crosslog.logs.line_format import FIELDS, LineFormat
from crosslog.logs.parsing.cleaning import clean_lines
from crosslog.logs.parsing.facts import Facts, Tally, Time, sort_labels
from crosslog.logs.parsing.labels import LabelTable, label_events
from crosslog.logs.parsing.messages import Ids, number_messages
from crosslog.logs.parsing.remarks import RemarkTable
from crosslog.logs.reading import Chunk

READ_COLUMNS = ("line", *FIELDS[:4], "label", "session")
PARSED_COLUMNS = ("line", *FIELDS[:4], "message_id", "template_id", "label", "anomalous", "session")


def read_chunk(chunk: Chunk, line_format: LineFormat) -> tuple[pl.DataFrame, Facts]:
    """A row per line of the chunk that is not empty, and the chunk's facts.

    Columns are those of schemas.Events, but for: `message`, the place of the row's message among the facts' messages;
    `member_number`; `label`, the tag that the line itself has; and no message_id, template_id and anomalous.
    """
    remarks = RemarkTable()
    lines = clean_lines(chunk.frame(), chunk.unfinished, remarks)
    fields = _fields(lines, line_format, remarks)
    ids, messages = number_messages(fields)
    facts = Facts(
        lines=sum(count for _, count in chunk.members),
        events=len(fields),
        unreadable=remarks.count("unreadable"),
        messages=messages,
        remarks=remarks.rows(),
        last=_last_time(fields),
    )
    return fields.with_columns(message=ids).select("message", "member_number", *READ_COLUMNS), facts


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
    return frame.with_columns(head=pl.concat_str("component", "level", separator=" ", ignore_nulls=True))


def _last_time(fields: pl.DataFrame) -> Time:
    if fields.is_empty():
        return Time()
    member, time = fields.select("member_number", pl.col("time").to_physical()).row(-1)
    return Time(member, time)


class Completion(NamedTuple):
    """What one chunk's frame lacks."""

    message_ids: Ids  # by place among the chunk's messages
    template_ids: Ids  # the same
    inherited: Time


def finish_chunk(
    frame: pl.DataFrame, completion: Completion, line_format: LineFormat, labels: LabelTable
) -> tuple[pl.DataFrame, Tally]:
    """Columns of schemas.Events from what `read_chunk` gave, and what they add up to."""
    places = frame["message"].to_numpy()
    frame = frame.with_columns(
        message_id=completion.message_ids[places],
        template_id=completion.template_ids[places],
    )
    if line_format.carries_time:
        frame = frame.with_columns(_with_inherited(frame.schema["time"], completion.inherited))
    frame = label_events(frame, labels)
    return frame.select(PARSED_COLUMNS), _tally(frame)


def _with_inherited(dtype: pl.DataType, inherited: Time) -> pl.Expr:
    time = pl.lit(inherited.microseconds, dtype=pl.Int64).cast(dtype)
    return pl.col("time").fill_null(pl.when(pl.col("member_number") == inherited.member).then(time))


def _tally(frame: pl.DataFrame) -> Tally:
    remarks = RemarkTable()
    if not frame["named"].all():
        remarks.add("unlabelled", frame.with_columns(raw=pl.col("session").fill_null("")), ~frame["named"])
    by_session = frame.lazy().drop_nulls("session").group_by("session").agg(pl.col("anomalous").any())
    times = frame["time"].to_physical()
    first, last = pl.select(first=times.min(), last=times.max()).row(0)
    return Tally(
        anomalous=int(frame["anomalous"].sum()),
        remarks=remarks.rows(),
        sessions=dict(by_session.collect().rows()),
        labels=sort_labels(frame["label"].drop_nulls().unique()),
        first_time=first,
        last_time=last,
    )
