"""What of studied logs matters, most important first, with the lines that show it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from crosslog.cli.detect.gathering import show_text
from crosslog.cli.detect.quoting import quote_lines
from crosslog.cli.detect.strips import draw_strip
from crosslog.cli.detect.studying import StudiedLog
from crosslog.detection.hints.belief import apply_verdicts
from crosslog.detection.hints.reasons import LEVEL_NAMES
from crosslog.monitoring.findings import Companion, Finding, Quote, Reason
from crosslog.monitoring.incidents import find_leaders

FLOOR = 0.35  # score below which nothing is a finding: a rare event of level error has .36
KINDS = {
    "burst": "burst",
    "novelty": "new",
    "fault_words": "words",
    "severity": "severity",
    "meaning": "known",
    "rarity": "rare",
}
JUDGED = Reason("judged", "a person judged this template anomalous", 1.0)
LONGEST_EVENT = 12  # lines of an event that are shown behind its first
LONGEST_MEANING = 200  # characters of a template that stands for a meaning
CHANGED = "(the file has changed since it was read: run again to see the line)"
VALUE_GAP = re.compile(r"<[^<>]{0,24}>")
MODEL_WEIGHT = 0.5  # of a language model's word: as much as a fault word's


class Around(NamedTuple):
    """How many lines are quoted: before and after a finding's first, and of its others."""

    context: int
    more: int = 0


@dataclass(frozen=True, eq=False)
class Selected:
    """A finding, the log that it is of, its template's row there, and others of its lines by file and number."""

    finding: Finding
    log: StudiedLog
    row: int
    more: dict[tuple[str, int], str]


def rate_templates(log: StudiedLog) -> pl.DataFrame:
    """A log's scores as what people said leaves them (`apply_verdicts`); `verdict` is empty where nobody said any.

    What verdicts teach of templates that nobody judged changes their order, and silences none.
    """
    verdicts = log.memory.load_rows().select("key", "verdict")
    said = log.templates.select("key").join(verdicts, on="key", how="left", maintain_order="left")
    heard = _hear_model(log)
    rated = apply_verdicts(heard, log.vectors, said["verdict"].to_list()).with_columns(pl.col("verdict").fill_null(""))
    mattered = (pl.col("verdict") == "") & pl.lit(heard["score"] >= FLOOR)
    return rated.with_columns(
        score=pl.when(mattered).then(pl.max_horizontal("score", pl.lit(FLOOR))).otherwise("score")
    )


def _hear_model(log: StudiedLog) -> pl.DataFrame:
    """The scores, and what a language model says joined to them as one more part; nothing where it was not asked."""
    said = pl.Series([log.judged.get(key, ("", ""))[0] for key in log.templates["key"]], dtype=pl.String)
    more = pl.when(said == "anomalous").then(1 - (1 - pl.col("score")) * (1 - MODEL_WEIGHT))
    less = more.when(said == "normal").then(pl.col("score") * (1 - MODEL_WEIGHT))
    return log.scores.with_columns(score=less.otherwise("score"))


@dataclass(frozen=True, eq=False)
class RankedLog:
    """A log's templates that matter: scores and verdicts of all, and by the row of each leader the rows it leads."""

    log: StudiedLog
    rated: pl.DataFrame
    groups: dict[int, list[int]]


def rank_log(log: StudiedLog) -> RankedLog:
    """What matters in a log, best first; templates that come together are one finding."""
    rated = rate_templates(log)
    scores = rated["score"].to_numpy()
    rows = [int(row) for row in np.argsort(-scores, kind="stable") if scores[row] >= FLOOR]
    lanes = draw_strip(log.occurrences.buckets).counts
    groups: dict[int, list[int]] = {}
    nowhere = np.zeros(1, dtype=np.int64)  # of events without a time in a log with times
    placed = [lanes.get(log.templates["template_id"][row], nowhere) for row in rows]
    for row, leader in zip(rows, find_leaders(placed), strict=True):
        groups.setdefault(rows[leader], []).append(row)
    return RankedLog(log, rated, {leader: led[1:] for leader, led in groups.items()})


def count_findings(logs: Sequence[RankedLog]) -> int:
    """How many there are."""
    return sum(len(log.groups) for log in logs)


def select_findings(logs: Sequence[RankedLog], top: int, around: Around) -> list[Selected]:
    """The first `top` findings of all logs; of equal score the one that comes first."""
    ranked = sorted(
        (-ranking.rated["score"][row], number, row) for number, ranking in enumerate(logs) for row in ranking.groups
    )[:top]
    found: dict[tuple[int, int], Selected] = {}
    for number in {number for _, number, _ in ranked}:
        rows = [row for _, other, row in ranked if other == number]
        for one in _select(logs[number], rows, around):
            found[number, one.row] = one
    return [found[number, row] for _, number, row in ranked]


def select_template(log: StudiedLog, row: int, around: Around) -> Finding:
    """A template as a finding, whether or not it matters."""
    return next(_select(RankedLog(log, rate_templates(log), {row: []}), [row], around)).finding


def _select(ranked: RankedLog, rows: Sequence[int], around: Around) -> Iterator[Selected]:
    log, rated = ranked.log, ranked.rated
    wanted = set(_list_wanted(log, rows, around))
    raw = quote_lines(log.files, wanted) if log.read.is_unchanged else dict.fromkeys(wanted, CHANGED)
    for row in rows:
        facts = {**log.templates.row(row, named=True), **rated.row(row, named=True)}
        facts["alike"] = _name_alike(ranked, facts["like_row"])
        others = facts["lines"][1 : around.more + 1]
        more = {_place(log, line): raw[line] for line in others if line in raw}
        finding = _describe(log, facts, _quote(log, facts, raw, around.context))
        yield Selected(replace(finding, together=tuple(_name_others(ranked, row))), log, row, more)


def _name_alike(ranked: RankedLog, like: int | None) -> str:
    """The sentence of the judged template that is closest, where a person said anomalous; else nothing."""
    if like is None or ranked.rated["verdict"][like] != "anomalous":
        return ""
    return str(ranked.log.templates["sentence"][like])


def _name_others(ranked: RankedLog, leader: int) -> Iterator[Companion]:
    for row in ranked.groups[leader]:
        key, sentence, count, first = ranked.log.templates.select("key", "sentence", "count", "first_line").row(row)
        yield Companion(key, sentence, count, round(float(ranked.rated["score"][row]), 4), *_place(ranked.log, first))


def _list_wanted(log: StudiedLog, rows: Sequence[int], around: Around) -> Iterator[int]:
    for lines, span in log.templates[list(rows)].select("lines", "span").iter_rows():
        last = min(lines[0] + _reach(span, around.context), log.read.log.lines)
        yield from range(max(1, lines[0] - around.context), last + 1)
        yield from lines[1 : around.more + 1]


def _reach(span: int, context: int) -> int:
    """How many lines behind the first are shown: its event's, such as a stack trace, and the context."""
    return min(span - 1, LONGEST_EVENT) + context


def _quote(log: StudiedLog, facts: dict[str, Any], raw: dict[int, str], context: int) -> Quote:
    """A template's first line with those around it that are of the same file, and the others of its event."""
    first = facts["lines"][0]
    file, line = _place(log, first)
    sides = (range(first - context, first), range(first + 1, first + _reach(facts["span"], context) + 1))
    before, after = (
        tuple(raw[number] for number in side if number in raw and _place(log, number)[0] == file) for side in sides
    )
    return Quote(file, line, raw.get(first, ""), before, after)


def _describe(log: StudiedLog, facts: dict[str, Any], quote: Quote) -> Finding:
    return Finding(
        key=facts["key"],
        meaning=_name_meaning(facts),
        source=facts["source"],
        template=show_text(facts["template"]),
        score=float(facts["score"]),
        why=tuple(_list_reasons(log, facts)),
        count=facts["count"],
        earlier=facts["before"] if facts.get("baseline_count") is None else facts["baseline_count"],
        level=LEVEL_NAMES[facts["level"]] if facts["level"] >= 0 else "",
        times=None if facts["first_time"] is None else (facts["first_time"], facts["last_time"]),
        lines=_group_by_file(log, facts["lines"]),
        quote=quote,
        verdict=facts["verdict"],
    )


def _list_reasons(log: StudiedLog, facts: dict[str, Any]) -> Iterator[Reason]:
    if facts["verdict"] == "anomalous":
        yield JUDGED
    if facts["key"] in log.judged:
        verdict, sentence = log.judged[facts["key"]]
        yield Reason("llm", f"a language model: {sentence}", MODEL_WEIGHT if verdict == "anomalous" else 0.0)
    if facts["alike"]:
        yield Reason("judged", f"like one that a person judged anomalous: {facts['alike']}", float(facts["chance"]))
    for part, words in zip(facts["reasons"], facts["why"], strict=True):
        said = words if log.has_baseline else words.replace("in the baseline", "before")
        yield Reason(KINDS[part], said, float(facts[part]))


def _name_meaning(facts: dict[str, Any]) -> str:
    """The sentence; of a quotation the template itself, for what was left out of it may turn its sense."""
    if facts["source"] != "quoted":
        return show_text(facts["sentence"])
    text = show_text(" ".join(VALUE_GAP.sub("…", facts["template"]).split())[:LONGEST_MEANING])
    return text[:1].upper() + text[1:]


def _group_by_file(log: StudiedLog, lines: Sequence[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number in lines:
        file, line = _place(log, number)
        found.setdefault(file, []).append(line)
    return found


def _place(log: StudiedLog, number: int) -> tuple[str, int]:
    """The file that a line of the log stands in, and its number there."""
    ends = np.cumsum([lines for _, lines in log.read.members])
    member = int(np.searchsorted(ends, number))
    return log.read.members[member][0], number - (int(ends[member - 1]) if member else 0)
