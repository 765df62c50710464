"""What the logs of a run add up to, and what a paper prints of the same logs."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting._chapters import Chapter
from crosslog.reporting._inputs import Inputs
from crosslog.reporting._published_datasets import (
    Counts,
    differences,
    disagreements,
    found,
    number,
    published_logs,
    published_of,
)
from crosslog.reporting._tables import MISSING, Cell, Table, percent, words

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


def datasets(inputs: Inputs) -> Chapter:
    """The chapter."""
    compared = any(published_of(inputs, system) for system in inputs.suite.systems)
    head = (*HEAD, CHECK) if compared else HEAD
    rows = [row for system in inputs.suite.systems for row in _rows(inputs, system)]
    cut = tuple((name, cells[: len(head)]) for name, cells in rows)
    return Chapter("datasets", "Data sets", (Table("Systems", head, cut, first="System"), *_notes(inputs, compared)))


def _rows(inputs: Inputs, system: str) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    ours, paper = found(inputs, system), published_of(inputs, system)
    days = (ours.first_day, ours.last_day, number(ours.counts.days))
    read = (*_events(ours.counts), *days, number(ours.messages), number(ours.templates))
    check = "" if paper is None else differences(ours.counts, paper.counts) or AS_PUBLISHED
    yield _name(inputs, system), (*map(Cell, read), words(check))
    if paper:
        printed = (*_events(paper.counts), *map(str, paper.years), number(paper.days), MISSING, MISSING)
        yield f"{system}, {published_logs().source}", (*map(Cell, printed), words(""))


def _name(inputs: Inputs, system: str) -> str:
    part = inputs.suite.systems[system].part
    return inputs.marked(system) + (f", lines {part[0]:,} to {part[1]:,}" if part else "")


def _events(counts: Counts) -> tuple[str, str, str, str]:
    """All, normal and anomalous ones, and kinds of label."""
    events, anomalous = counts.events, counts.anomalous
    if anomalous is None:
        return number(events), MISSING, MISSING, MISSING
    normal, flagged = (f"{part:,} ({percent(part / events, 1)})" for part in (events - anomalous, anomalous))
    return number(events), normal, flagged, number(counts.labels)


def _notes(inputs: Inputs, compared: bool) -> Iterator[str]:
    yield (
        "Anomalous events are those with a label. Days are whole ones from the earliest event to the latest. Messages "
        "are counted after masking. A dash: not known; lines have no time, nothing labels them, or it is not printed."
    )
    if compared:
        yield (
            f"“{AS_PUBLISHED}”: events, anomalous events, kinds of label and days are those of "
            f"{published_logs().source}."
        )
    for system in inputs.suite.systems:
        yield from disagreements(inputs, system)
