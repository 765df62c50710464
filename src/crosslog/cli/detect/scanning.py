"""Logs as counts by template: read twice, on all cores, in memory that grows with templates and never with lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import polars as pl

from crosslog import plugins
from crosslog.artifacts.packing import read_packed, write_packed
from crosslog.cli.detect.gathering import LogFiles
from crosslog.detection.episodes.severity import SEVERITIES, UNKNOWN
from crosslog.detection.hints.buckets import Buckets, count_buckets, merge_buckets
from crosslog.executor import Pool, open_pool
from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing.continuations import find_follower
from crosslog.logs.parsing.facts import Facts, Start, Tally
from crosslog.logs.parsing.labels import BY_SESSION, LabelTable
from crosslog.logs.parsing.log import ParsedLog
from crosslog.logs.parsing.messages import Ids, MessageTable
from crosslog.logs.parsing.passes import Completion, finish_chunk, read_chunk
from crosslog.logs.progress import ReadingProgress
from crosslog.logs.reading import Chunk, cut_chunks

SCANNED_BYTES = 1 << 24
WORTH_A_PROCESS = 1 << 26  # bytes: fewer are read here before another process has started
KEPT_LINES = 200  # of a template, the first; all are counted
MERGED_PARTS = 16
NO_LABELS = LabelTable("none", pl.DataFrame(schema=BY_SESSION))


@dataclass(frozen=True)
class ScannedLog:
    """A log read once: what its chunks lack until all messages are known."""

    files: LogFiles
    log: ParsedLog
    chunks: list[tuple[Path, Ids, Start]]
    members: list[tuple[str, int]]  # name and how many lines, in order
    stamps: list[tuple[int, int, int]]  # of each file before it was read: inode, size, time of change

    @property
    def is_unchanged(self) -> bool:
        """Whether its lines are where they were: only the last file may have grown since it was read."""
        paths = list(dict.fromkeys(member.path for member in self.files.members))
        now = list(map(_stamp, paths))
        same = now[:-1] == self.stamps[:-1]
        (inode, size, changed), (old_inode, old_size, old_changed) = now[-1], self.stamps[-1]
        return same and inode == old_inode and (size > old_size or (size, changed) == (old_size, old_changed))

    @cached_property
    def first_year(self) -> int:
        """Of the first line that names none; that it is a guess is remarked once."""
        changed = max(member.changed for member in self.files.members)
        return self.log.find_first_year(self.line_format.first_year, changed)

    @property
    def line_format(self) -> LineFormat:
        """What reads its lines."""
        built: LineFormat = plugins.build("logs.formats", self.files.trial.format, self.files.trial.options)
        return built


class _Reading(NamedTuple):
    chunk: Chunk
    line_format: LineFormat
    place: Path


def scan_log(files: LogFiles, messages: MessageTable, folder: Path) -> ScannedLog:
    """Read a log for the first time; its distinct messages are added to `messages`, its rows wait below `folder`."""
    folder = Path(mkdtemp(dir=folder))
    stamps = [_stamp(path) for path in dict.fromkeys(member.path for member in files.members)]
    read = ScannedLog(files, ParsedLog(messages=messages), [], [], stamps)
    line_format = read.line_format
    consumed: list[int] = []

    def readings() -> Iterator[_Reading]:
        for chunk in cut_chunks(files.members, SCANNED_BYTES, None, find_follower(line_format)):
            consumed.append(chunk.consumed)
            _count_members(read.members, chunk)
            yield _Reading(chunk, line_format, folder / f"{chunk.number:06d}.rows")

    with _pool(files) as pool, ReadingProgress("reading", files.bytes) as progress:
        for number, facts in enumerate(pool.ordered(_read_once, readings())):
            read.chunks.append((folder / f"{number:06d}.rows", *read.log.add(facts)))
            progress(read.log.lines, consumed[number])
    return read


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        about = path.stat()
    except OSError:  # it is gone
        return (-1, -1, -1)
    return about.st_ino, about.st_size, about.st_mtime_ns


def _pool(files: LogFiles) -> AbstractContextManager[Pool]:
    return open_pool(os.environ, most=1 if files.bytes < WORTH_A_PROCESS else None)


def _count_members(members: list[tuple[str, int]], chunk: Chunk) -> None:
    for name, lines in chunk.members:
        if members and members[-1][0] == name:
            members[-1] = (name, members[-1][1] + lines)
        else:
            members.append((name, lines))


def _read_once(reading: _Reading) -> Facts:
    frame, facts = read_chunk(reading.chunk, reading.line_format)
    write_packed(frame, reading.place)
    return facts


class _Finishing(NamedTuple):
    place: Path
    completion: Completion
    line_format: LineFormat
    since: int | None


@dataclass(frozen=True)
class Occurrences:
    """What the events of a log come to.

    `templates` has a row per template of the log: template_id, count (events since the time asked for), before (those
    earlier), first_line, first_time and last_time (microseconds since 1970, UTC; null without times), level (the
    severity of the worst, -1 where none is known), span (lines of its first event) and lines (the first KEPT_LINES of
    those counted).
    """

    templates: pl.DataFrame
    buckets: Buckets
    tally: Tally


def count_events(read: ScannedLog, template_of: Ids, since: int | None) -> Occurrences:
    """Read a log's rows for the second time, now that all of its templates are known.

    Parameters
    ----------
    read : what `scan_log` gave
    template_of : the template_id of each message
    since : microseconds since 1970; earlier events are counted apart
    """
    trial = read.line_format
    tally, parts, buckets = Tally(), [], []
    finishings = (
        _Finishing(place, Completion(ids, template_of[ids], start, read.first_year), trial, since)
        for place, ids, start in read.chunks
    )
    with _pool(read.files) as pool:
        for rows, counted, found in pool.ordered(_summarise_once, finishings):
            parts.append(rows)
            buckets.append(found)
            tally.add(counted)
            if len(parts) >= MERGED_PARTS:
                parts, buckets = [_merge_rows(parts)], [merge_buckets(buckets)]
    return Occurrences(_merge_rows(parts), merge_buckets(buckets), tally)


def _summarise_once(finishing: _Finishing) -> tuple[pl.DataFrame, Tally, Buckets]:
    place, completion, line_format, since = finishing
    events, tally = finish_chunk(read_packed(place), completion, line_format, NO_LABELS)
    late = pl.lit(value=True) if since is None else (pl.col("time") >= since).fill_null(value=True)
    level = pl.col("level").str.to_lowercase().replace_strict(SEVERITIES, default=UNKNOWN, return_dtype=pl.Int8)
    rows = events.select("template_id", "line", "lines", level, pl.col("time").to_physical()).with_columns(late=late)
    return _count_rows(rows), tally, count_buckets(rows.filter("late"))


def _count_rows(rows: pl.DataFrame) -> pl.DataFrame:
    counted = rows.filter("late")
    found = counted.group_by("template_id").agg(
        count=pl.len().cast(pl.UInt64),
        first_line=pl.col("line").min(),
        first_time=pl.col("time").min(),
        last_time=pl.col("time").max(),
        level=pl.col("level").max(),
        span=pl.col("lines").first(),
        lines=pl.col("line").head(KEPT_LINES),
    )
    before = rows.filter(~pl.col("late")).group_by("template_id").agg(before=pl.len().cast(pl.UInt64))
    return found.join(before, on="template_id", how="full", coalesce=True).with_columns(
        pl.col("count", "before").fill_null(0), pl.col("lines").fill_null([])
    )


def _merge_rows(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return (
        pl.concat(parts)
        .group_by("template_id")
        .agg(
            pl.col("count", "before").sum(),
            pl.col("first_line", "first_time").min(),
            pl.col("last_time", "level").max(),
            pl.col("span").sort_by("first_line").first(),
            lines=pl.col("lines").explode().sort().head(KEPT_LINES),
        )
        .with_columns(pl.col("lines").list.drop_nulls())
        .sort("template_id")
    )
