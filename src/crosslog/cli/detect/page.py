"""Findings as one page that opens from disk: a strip of each log with what was found in it, a filter, the lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from numpy.typing import NDArray

from crosslog.artifacts import write_text
from crosslog.cli.detect.gathering import DetectError
from crosslog.cli.detect.printing import describe_count, describe_occurrences
from crosslog.cli.detect.strips import Strip
from crosslog.monitoring.findings import Finding

TEMPLATE = "page.html.j2"
HEIGHT, LANE = 60, 14
LOWEST = 2  # of a bar that stands for anything at all


@dataclass(frozen=True)
class LogOnPage:
    """A log: its name, a few words about it, and its strip."""

    name: str
    about: str
    strip: Strip


@dataclass(frozen=True)
class FindingOnPage:
    """A finding: which log it is of, its template's number there, and more of its raw lines by file and number."""

    finding: Finding
    log: LogOnPage
    template: int
    more: Mapping[tuple[str, int], str]


class PageWords(NamedTuple):
    """What the page says of itself."""

    title: str
    lead: str
    foot: str


def write_page(head: PageWords, found: Sequence[FindingOnPage], logs: Sequence[LogOnPage]) -> str:
    """The page; all that comes from logs is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        **head._asdict(),
        logs=[_log(log, found) for log in logs],
        findings=[_finding(one, rank) for rank, one in enumerate(found, start=1)],
        kinds=sorted({reason.kind for one in found for reason in one.finding.why}),
    )


def write_page_file(path: Path, page: str, read: Sequence[Path]) -> None:
    """Write the page where it is to lie: behind a link, whole or not at all, and to what is no regular file directly.

    Raises
    ------
    DetectError
        If it would take the place of a log that was read.
    """
    place = path.resolve()
    if place in {one.resolve() for one in read}:
        raise DetectError(f"--html {path}: that is a log which was read: name another file")
    if place.exists() and not place.is_file():
        path.write_text(page, encoding="utf-8")
    else:
        write_text(place, page)


def _log(log: LogOnPage, found: Sequence[FindingOnPage]) -> dict[str, Any]:
    counts = log.strip.counts[None]
    marks = [
        {"rank": rank, "x": 4 * int(np.flatnonzero(lane)[0]) + 2, "title": one.finding.meaning}
        for rank, one in enumerate(found, start=1)
        if one.log is log and (lane := log.strip.counts.get(one.template)) is not None
    ]
    return {
        "name": log.name,
        "about": log.about,
        "bins": len(counts),
        "bars": list(_bars(counts, HEIGHT)),
        "marks": marks,
        "ends": log.strip.ends,
    }


def _finding(one: FindingOnPage, rank: int) -> dict[str, Any]:
    finding = one.finding
    lane = one.log.strip.counts.get(one.template, np.zeros(1, dtype=np.int64))
    more = [f"{file}:{line}: {raw}" for (file, line), raw in one.more.items()]
    shown = len(more) + 1
    return {
        "rank": rank,
        "meaning": finding.meaning,
        "facts": " · ".join(
            [f"score {finding.score:.2f}", describe_occurrences(finding), *([finding.level] if finding.level else [])]
        ),
        "why": finding.why,
        "together": [f"{other.meaning} ({describe_count(other.count)})" for other in finding.together],
        "kinds": " ".join(reason.kind for reason in finding.why),
        "before": finding.quote.before,
        "raw": f"{finding.quote.file}:{finding.quote.line}: {finding.quote.raw}",
        "after": finding.quote.after,
        "bins": len(lane),
        "bars": list(_bars(lane, LANE, width=1.0)),
        "more": more,
        "more_title": f"{len(more):,} more of its lines",
        "rest": f"{finding.count - shown:,} others are not shown" if finding.count > shown else "",
    }


def _bars(counts: NDArray[np.int64], height: int, width: float = 0.85) -> Iterator[dict[str, Any]]:
    """Bars by the root of the counts, so that one event beside a storm of them is seen."""
    highest = np.sqrt(counts.max()) or 1.0
    for place in np.flatnonzero(counts):
        tall = max(LOWEST, round(height * float(np.sqrt(counts[place]) / highest), 1))
        yield {
            "x": int(place),
            "y": round(height - tall, 1),
            "height": tall,
            "width": width,
            "title": f"{counts[place]:,} events",
        }
