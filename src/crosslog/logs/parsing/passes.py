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
from crosslog.logs.parsing.continuations import join_lines, parse_fields
from crosslog.logs.parsing.facts import UNREAD_TIME, Facts, Start, Tally, Time, sort_labels
from crosslog.logs.parsing.labels import LabelTable, label_events
from crosslog.logs.parsing.messages import Ids, number_messages
from crosslog.logs.parsing.order import (
    drop_unreadable_times,
    find_dated,
    find_untimed,
    remark_backwards,
    remark_levels,
)
from crosslog.logs.parsing.remarks import RemarkRow, RemarkTable
from crosslog.logs.parsing.years import OWN, Years, count_turns, place_in_years
from crosslog.logs.reading import Chunk
from crosslog.templates import LONGEST_TEXT

READ_COLUMNS = ("line", "lines", *FIELDS[:4], "label", "session")
PARSED_COLUMNS = ("line", *FIELDS[:4], "message_id", "template_id", "label", "anomalous", "session", "lines")


def read_chunk(chunk: Chunk, line_format: LineFormat) -> tuple[pl.DataFrame, Facts]:
    """A row per event of the chunk, and the chunk's facts.

    Columns are those of schemas.ParsedEvents, but for: `message`, the row's place among the facts' messages; `shown`,
    the raw line of a message's first row, without a label; `member_number`; `label`, the tag that the line itself has;
    `turn` where lines may name no year; and no message_id, template_id and anomalous.
    """
    remarks = RemarkTable()
    lines = clean_lines(chunk.frame(), chunk.unfinished, remarks)
    frame, years = _fields(lines, line_format, remarks)
    edges = remark_backwards(frame, remarks)
    remark_levels(frame, remarks)
    frame, headless = _with_carried_times(frame, line_format, remarks)
    ids, messages = number_messages(frame)
    facts = Facts(
        lines=sum(count for _, count in chunk.members),
        events=len(frame),
        unreadable=remarks.count("unreadable"),
        messages=messages,
        remarks=remarks.rows(),
        last=_last_time(frame),
        edges=edges,
        years=years,
        headless=headless,
    )
    turn = ("turn",) if "turn" in frame.columns else ()
    frame = frame.with_columns(message=ids).with_columns(shown=_first_lines(line_format))
    return frame.select("message", "shown", "member_number", *turn, *READ_COLUMNS), facts


def _first_lines(line_format: LineFormat) -> pl.Expr:
    """The start of the raw line of each message's first row, without a label: what stands for it where people look."""
    return pl.when(pl.col("message").is_first_distinct()).then(line_format.unlabelled.str.slice(0, LONGEST_TEXT + 1))


def _fields(lines: pl.DataFrame, line_format: LineFormat, remarks: RemarkTable) -> tuple[pl.DataFrame, Years]:
    """A row per event with the format's fields, `lines`, `text`, `untimed`, and `turn` where lines may name no year."""
    frame, years = join_lines(parse_fields(lines, line_format), line_format, remarks), Years()
    yearless = line_format.yearless is not None
    if yearless:
        frame, years = count_turns(frame)
    frame = frame.with_columns(untimed=find_untimed(frame, line_format))
    unreadable = frame["content"].is_null()
    if unreadable.any():
        remarks.add("unreadable", frame, unreadable)
        read_well = pl.when(pl.col("content").is_not_null())
        lost = ("time", "node", "component", "level", *(("turn",) if yearless else ()))
        frame = frame.with_columns(
            *(read_well.then(pl.col(name)) for name in lost),
            pl.col("content").fill_null(line_format.unlabelled),
            label=read_well.then("label").otherwise(line_format.tag),
        )
    frame = drop_unreadable_times(frame, remarks)
    head = pl.concat_str("component", "level", separator=" ", ignore_nulls=True)
    return frame.with_columns(head=head), years


def _with_carried_times(
    frame: pl.DataFrame, line_format: LineFormat, remarks: RemarkTable
) -> tuple[pl.DataFrame, RemarkRow | None]:
    """The frame with the times that lines inherit within it, and its first ones without, which may inherit one yet."""
    untimed = frame["untimed"]
    if not line_format.carries_time or not frame["time"].null_count():
        remarks.add("no_time", frame, untimed)
        return frame, None
    dated = frame["time"].is_null() & find_dated(frame["raw"])
    unknown = pl.lit(UNREAD_TIME, dtype=pl.Int64).cast(frame.schema["time"])
    frame = frame.with_columns(time=pl.when(dated).then(unknown).otherwise("time"))
    if "turn" in frame.columns:
        frame = frame.with_columns(turn=pl.when(dated).then(pl.lit(OWN, dtype=pl.Int32)).otherwise("turn"))
    carried = [name for name in ("time", "turn") if name in frame.columns]
    frame = frame.with_columns(pl.col(carried).forward_fill().over("member_number"))
    missing = frame["time"].is_null() & (frame["member_number"] == frame["member_number"].first())
    remarks.add("no_time", frame, untimed & ~missing & _is_unknown(frame["time"]))
    head = RemarkTable()
    head.add("no_time", frame, untimed & missing)
    return frame, next(iter(head.rows()), None)


def _is_unknown(time: pl.Series) -> pl.Series:
    return time.is_null() | (time.to_physical() == UNREAD_TIME).fill_null(value=False)


def _last_time(frame: pl.DataFrame) -> Time:
    if frame.is_empty():
        return Time()
    turn = "turn" if "turn" in frame.columns else pl.lit(None, dtype=pl.Int32).alias("turn")
    return Time(*frame.tail(1).select("member_number", pl.col("time").to_physical(), turn).row(0))


class Completion(NamedTuple):
    """What one chunk's frame lacks."""

    message_ids: Ids  # by place among the chunk's messages
    template_ids: Ids  # the same
    start: Start
    first_year: int  # of the log's first line that names none


def finish_chunk(
    frame: pl.DataFrame, completion: Completion, line_format: LineFormat, labels: LabelTable
) -> tuple[pl.DataFrame, Tally]:
    """Columns of schemas.ParsedEvents from what `read_chunk` gave, and what they add up to."""
    places = frame["message"].to_numpy()
    frame = frame.with_columns(
        message_id=completion.message_ids[places],
        template_id=completion.template_ids[places],
    )
    if line_format.carries_time:
        frame = _with_inherited(frame, completion.start.time)
    if "turn" in frame.columns:
        frame = place_in_years(frame, completion.first_year + completion.start.turns)
    frame = label_events(frame, labels)
    return frame.select(PARSED_COLUMNS), _tally(frame)


def _with_inherited(frame: pl.DataFrame, inherited: Time) -> pl.DataFrame:
    time = pl.lit(inherited.microseconds, dtype=pl.Int64).cast(frame.schema["time"])
    takes = pl.col("time").is_null() & (pl.col("member_number") == inherited.member)
    filled = {"time": pl.when(takes).then(time).otherwise("time")}
    if "turn" in frame.columns:
        filled["turn"] = pl.when(takes).then(pl.lit(inherited.turn, dtype=pl.Int32)).otherwise("turn")
    known = pl.col("time").to_physical() != UNREAD_TIME
    return frame.with_columns(**filled).with_columns(time=pl.when(known).then("time"))


def _tally(frame: pl.DataFrame) -> Tally:
    remarks = RemarkTable()
    if not frame["named"].all():
        remarks.add("unlabelled", frame.with_columns(raw=pl.col("session").fill_null("")), ~frame["named"])
    by_session = frame.lazy().drop_nulls("session").group_by("session").agg(pl.col("anomalous").any())
    shown = frame.drop_nulls("shown").unique("template_id", keep="first", maintain_order=True)
    times = frame["time"].to_physical()
    first, last = pl.select(first=times.min(), last=times.max()).row(0)
    return Tally(
        anomalous=int(frame["anomalous"].sum()),
        remarks=remarks.rows(),
        sessions=dict(by_session.collect().rows()),
        labels=sort_labels(frame["label"].drop_nulls().unique()),
        first_time=first,
        last_time=last,
        examples=dict(shown.select(pl.col("template_id").cast(pl.String), "shown").iter_rows()),
    )
