"""What the logs of a run add up to, and what a paper prints of the same logs."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import MISSING, Cell, Chapter, ChapterBlock, Grid, Row
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.measures import percent, word_cell
from crosslog.reporting.papers.logs import (
    Counts,
    count_text,
    differences,
    disagreements,
    published_logs,
    published_of,
    read_log,
)

HEAD = (
    "Events",
    "Normal",
    "Anomalous",
    "Kinds of label",
    "First day",
    "Last day",
    "Days",
    "Distinct messages",
    "Templates",
)
CHECK = "Check"
AS_PUBLISHED = "as in the paper"


def chapter(inputs: Inputs) -> Chapter:
    """A row per system, and one per log that a paper counts."""
    compared = any(published_of(inputs, system) for system in inputs.suite.logs)
    head = (*HEAD, CHECK) if compared else HEAD
    rows = [row for system in inputs.suite.logs for row in _rows(inputs, system)]
    cut = tuple(row._replace(cells=row.cells[: len(head)]) for row in rows)
    return Chapter("Data sets", (Grid("Systems", head, cut, "System"), *_notes(inputs, compared)))


def _rows(inputs: Inputs, system: str) -> Iterator[Row]:
    ours, paper = read_log(inputs, system), published_of(inputs, system)
    days = (ours.first_day, ours.last_day, count_text(ours.counts.days))
    read = (*_events(ours.counts), *days, count_text(ours.messages), count_text(ours.templates))
    check = "" if paper is None else differences(ours.counts, paper.counts) or AS_PUBLISHED
    yield Row(_name(inputs, system), (*map(Cell, read), word_cell(check)))
    if paper:
        printed = (*_events(paper.counts), *map(str, paper.years), count_text(paper.days))
        yield Row(f"{system}, {published_logs().source}", (*map(Cell, printed), Cell(), Cell(), word_cell("")))


def _name(inputs: Inputs, system: str) -> str:
    part = inputs.systems[system].part
    return inputs.marked(system) + (f", lines {part[0]:,} to {part[1]:,}" if part else "")


def _events(counts: Counts) -> tuple[str, str, str, str]:
    """All, normal and anomalous ones, and kinds of label."""
    events, anomalous = counts.events, counts.anomalous
    if anomalous is None:
        return count_text(events), MISSING, MISSING, MISSING
    normal, flagged = (f"{part:,} ({percent(part / events, 1)})" for part in (events - anomalous, anomalous))
    return count_text(events), normal, flagged, count_text(counts.labels)


def _notes(inputs: Inputs, compared: bool) -> Iterator[ChapterBlock]:
    yield (
        "Anomalous events are those with a label. Days are whole ones from the earliest event to the latest. Messages "
        "are counted after masking. A dash: not known; lines have no time, nothing labels them, or it is not printed."
    )
    if compared:
        yield (
            f"“{AS_PUBLISHED}”: events, anomalous events, kinds of label and days are those of "
            f"{published_logs().source}."
        )
    for system in inputs.suite.logs:
        yield from disagreements(inputs, system)
