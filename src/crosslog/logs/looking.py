"""What the first lines of an unknown log are: every format tried on them, the best one first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from crosslog import plugins
from crosslog.logs.json_keys import COMMON_KEYS, find_value
from crosslog.logs.known_patterns import KNOWN_PATTERNS
from crosslog.logs.levels import LEVEL_WORDS
from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing.cleaning import clean_lines
from crosslog.logs.parsing.continuations import find_follower, join_lines, parse_fields
from crosslog.logs.parsing.facts import Start, Tally
from crosslog.logs.parsing.labels import BY_SESSION, LabelTable
from crosslog.logs.parsing.log import ParsedLog
from crosslog.logs.parsing.messages import Ids, Miner
from crosslog.logs.parsing.passes import Completion, finish_chunk, read_chunk
from crosslog.logs.parsing.remarks import RemarkTable
from crosslog.logs.reading import Chunk, Member, cut_chunks

TRIED_LINES = 2_000
SEEN_LINES = 50_000
CHUNK_BYTES = 1 << 24
TAGGED = ("bgl", "cfdr_syslog")  # formats whose lines label themselves
# What it is worth that a format tells, beside reading a line at all; a word in a level's place that is none costs more.
WORTH = {"time": 2.0, "level": 1.0, "component": 0.5, "node": 0.25, "session": 0.25}
ODD_LEVEL = 2.0
HEADED = ("hadoop", "pattern")  # formats that take any line for one; what they read has a time


@dataclass(frozen=True)
class Trial:
    """What a format makes of a log's first lines: shares from 0 to 1 of its events."""

    format: str
    title: str
    options: dict[str, Any]
    read: float
    shares: dict[str, float]  # of the events that have a time, a level, …
    odd_levels: float
    lines_an_event: float

    @property
    def score(self) -> float:
        """What orders trials: how much of the log it tells, and how much of what."""
        told = sum(worth * self.shares[name] for name, worth in WORTH.items())
        return self.read * (1 + told - ODD_LEVEL * self.odd_levels)


@dataclass(frozen=True)
class Sight:
    """A log's first lines, read in one format: what a person wants to know of them."""

    events: pl.DataFrame
    templates: pl.DataFrame
    remarks: pl.DataFrame
    tally: Tally
    lines: int

    @property
    def levels(self) -> list[tuple[str, int]]:
        """Levels by how many events have them."""
        return list(self.events["level"].drop_nulls().value_counts(sort=True).rows())


Candidate = tuple[str, str, dict[str, Any]]
"""A format, its title and its options."""


def try_formats(members: Iterable[Member], candidates: Sequence[Candidate] | None = None) -> list[Trial]:
    """Formats on the first lines, the one that tells most of them first: every format and known pattern, or these."""
    chunks = list(cut_chunks(members, CHUNK_BYTES, (1, TRIED_LINES)))
    lines = pl.concat([clean_lines(chunk.frame(), (), RemarkTable()) for chunk in chunks]) if chunks else pl.DataFrame()
    if lines.is_empty():
        return []
    trials = [_try(lines, *candidate) for candidate in candidates or _candidates(lines["raw"])]
    return sorted(trials, key=lambda trial: trial.score, reverse=True)


def _candidates(raw: pl.Series) -> Iterator[Candidate]:
    """All there are; of equals the first is taken."""
    yield "jsonl", "jsonl", guess_keys(raw.to_list())
    names = [name for name in plugins.names("logs.formats") if name not in ("jsonl", "pattern", "plain")]
    yield from ((name, name, {}) for name in names)
    yield "plain", "plain", {}
    yield from (("pattern", f"pattern ({title})", options) for title, options in KNOWN_PATTERNS.items())


def guess_keys(lines: Sequence[str]) -> dict[str, str]:
    """Of each field of JSON the one of COMMON_KEYS that most lines have; fields that few have are left out."""
    found = {name: Counter[str]() for name in COMMON_KEYS}
    for line in lines:
        try:
            content = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(content, dict):
            for name, keys in COMMON_KEYS.items():
                found[name].update(key for key in keys if _holds(content, key))
    most = {name: counts.most_common(1)[0] for name, counts in found.items() if counts}
    return {name: key for name, (key, count) in most.items() if count * 2 > len(lines) or name == "message"}


def _holds(content: dict[str, Any], key: str) -> bool:
    value = find_value(content, key, key.split("."))
    return value is not None and not isinstance(value, dict)


def _try(lines: pl.DataFrame, name: str, title: str, options: dict[str, Any]) -> Trial:
    line_format: LineFormat = plugins.build("logs.formats", name, options)
    frame = join_lines(parse_fields(lines, line_format), line_format, RemarkTable())
    timed = pl.col("time").is_not_null()
    timed |= pl.col("yearless").is_not_null() if "yearless" in frame.columns else False
    must = timed if name in HEADED else pl.lit(value=True)
    known = pl.col("level").str.to_lowercase().is_in(list(LEVEL_WORDS))
    read = frame.select(told=pl.col("content").is_not_null() & must).to_series()
    of_read = frame.filter(read).select(
        time=timed.mean(),
        level=known.mean(),
        odd=(pl.col("level").is_not_null() & ~known).mean(),
        **{name: pl.col(name).is_not_null().mean() for name in ("component", "node", "session")},
    )
    shares = {key: float(value or 0.0) for key, value in of_read.row(0, named=True).items()}
    odd = shares.pop("odd")
    # Lines that are joined are told by the event that they belong to.
    return Trial(name, title, options, float(read.sum()) / len(frame), shares, odd, len(lines) / len(frame))


def see_lines(members: Sequence[Member], trial: Trial, miner: Miner) -> Sight:
    """The first SEEN_LINES lines, read as a trial says."""
    line_format: LineFormat = plugins.build("logs.formats", trial.format, trial.options)
    log, tally = ParsedLog(), Tally()
    read: list[tuple[pl.DataFrame, Ids, Start]] = []
    for chunk in _first_chunks(members, line_format):
        frame, facts = read_chunk(chunk, line_format)
        read.append((frame, *log.add(facts)))
    messages, templates, _ = log.mine(miner)
    year = log.find_first_year(line_format.first_year, max(member.changed for member in members))
    table = LabelTable("tag" if trial.format in TAGGED else "none", pl.DataFrame(schema=BY_SESSION))
    events = []
    for frame, ids, start in read:
        completion = Completion(ids, messages["template_id"].to_numpy()[ids], start, year)
        part, counted = finish_chunk(frame, completion, line_format, table)
        events.append(part)
        tally.add(counted)
    log.remarks.merge(tally.remarks)
    return Sight(pl.concat(events), templates, log.remarks.frame(), tally, log.lines)


def _first_chunks(members: Sequence[Member], line_format: LineFormat) -> Iterator[Chunk]:
    return cut_chunks(members, CHUNK_BYTES, (1, SEEN_LINES), find_follower(line_format))
