"""Findings: what matters in a log, a template at a time, with the lines that show it and the reasons why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

SCHEMA = 1  # of `as_json`; a field may be added, none changes its meaning within a number
RUN_MARK = "-"


@dataclass(frozen=True)
class Reason:
    """Why a template is a finding.

    Attributes
    ----------
    kind : judged, known, new, more, burst, rare, words, severity
    text : the same in words
    weight : how much it says, from 0 to 1
    """

    kind: str
    text: str
    weight: float


@dataclass(frozen=True)
class Quote:
    """A raw line, and those around it."""

    file: str
    line: int  # of the file, from 1
    raw: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Companion:
    """A template that comes with a finding's: which, how often, and where its first line stands."""

    key: str
    meaning: str
    count: int
    score: float
    file: str
    line: int


@dataclass(frozen=True)
class Finding:
    """One kind of event that matters.

    Attributes
    ----------
    key : of the template, the same in every run and on every machine
    meaning : in one sentence
    source : who wrote the sentence: a person, llm, curated, rules; quoted where it is the template's own text
    template : its text, `<*>` where it varies
    score : from 0 to 1, how much it matters
    why : the reasons, the one that says most first
    count : events, since the time asked for
    earlier : events before that, or in the baseline
    level : the worst level's word as severities go, empty where none is known
    times : of the first and the last event, microseconds since 1970 UTC; None where lines have none
    lines : by file the numbers of its lines, in order; at most as many as were kept
    quote : the first of them
    verdict : what people said: normal, anomalous, depends or nothing
    together : other templates that matter and come where it comes and as often
    """

    key: str
    meaning: str
    source: str
    template: str
    score: float
    why: tuple[Reason, ...]
    count: int
    earlier: int
    level: str
    times: tuple[int, int] | None
    lines: dict[str, list[int]]
    quote: Quote
    verdict: str
    together: tuple[Companion, ...] = ()

    def as_json(self, rank: int) -> dict[str, Any]:
        """Itself as `crosslog detect --json` prints it (docs/detect.md)."""
        first, last = (format_time(time) for time in self.times) if self.times else (None, None)
        return {
            "schema": SCHEMA,
            "rank": rank,
            "score": round(self.score, 4),
            "meaning": self.meaning,
            "source": self.source,
            "template": self.template,
            "key": self.key,
            "verdict": self.verdict or None,
            "level": self.level or None,
            "count": self.count,
            "earlier": self.earlier,
            "first_time": first,
            "last_time": last,
            "file": self.quote.file,
            "line": self.quote.line,
            "raw": self.quote.raw,
            "before": list(self.quote.before),
            "after": list(self.quote.after),
            "lines": self.lines,
            "why": [{"kind": one.kind, "text": one.text, "weight": round(one.weight, 4)} for one in self.why],
            "together": [asdict(one) for one in self.together],
        }


def format_time(microseconds: int) -> str:
    """RFC 3339 in UTC, to the second, or to the microsecond where there are any."""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat().replace("+00:00", "Z")


def format_runs(numbers: Sequence[int], most: int) -> str:
    """Numbers in order as runs, such as `3-5, 9`; at most so many runs, and how many numbers were left out."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [f"{first:,}" if first == last else f"{first:,}{RUN_MARK}{last:,}" for first, last in runs[:most]]
    left = sum(last - first + 1 for first, last in runs[most:])
    return ", ".join(shown) + (f" and {left:,} more" if left else "")
