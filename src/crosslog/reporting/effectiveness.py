"""How well every method finds anomalies under both protocols, beside the paper, and the same with labels shuffled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from crosslog.reporting.document.chapter import Chapter, ChapterBlock, Grid, Once, Row
from crosslog.reporting.numbers.inputs import Estimate, Inputs
from crosslog.reporting.numbers.measures import number_cell
from crosslog.reporting.numbers.steps import step_grid, stepwise
from crosslog.reporting.papers.protocols import (
    PROTOCOL_GAP,
    PROTOCOL_HEAD,
    caption_of,
    column_note,
    f1_cells,
    f1_of,
    mark_rows,
    protocol_cells,
)
from crosslog.reporting.papers.refusals import failures
from crosslog.reporting.papers.runs import Runs, runs_of
from crosslog.reporting.papers.tables import PrintedRow, Published, published

JUDGED = "crosyslog"  # whose control is put into words, where it has one


def chapter(inputs: Inputs) -> Chapter:
    """The paper's main tables, and the controls."""
    tables = [block for name, paper in published().items() for block in _tables(inputs, name, paper)]
    controls = [block for name in published() for block in _control(inputs, name)]
    blocks = (*column_note(inputs), *tables, *(controls or ["This run has no control with shuffled labels."]))
    return Chapter("Effectiveness", blocks)


class _Line(NamedTuple):
    """A method in one setting: its runs, and the paper's row where it has one."""

    method: str
    runs: Runs
    printed: PrintedRow | None = None


def _tables(inputs: Inputs, name: str, paper: Published) -> Iterator[ChapterBlock]:
    """The paper's methods in its order, then ours; what is only printed is told below."""
    lines = [_Line(row.method, runs_of(inputs, row.experiment, row.method), row) for row in paper.rows]
    shown = [line for line in lines if any(line.runs)]
    others = [detector for detector in inputs.detectors if detector not in {line.method for line in shown}]
    shown += [_Line(detector, runs) for detector in others if any(runs := runs_of(inputs, name, detector))]
    if not shown:
        yield f"{paper.source} ({paper.target}) is left out: no experiment of this run stands for {name}."
        return
    yield _grid(inputs, paper, shown)
    if absent := [line.printed for line in lines if line.printed and not any(line.runs)]:
        yield f"Printed in {paper.source}, and not run here: {'; '.join(map(_told, absent))}."
    yield from failures(inputs, [(line.method, line.runs) for line in shown])


def _grid(inputs: Inputs, paper: Published, lines: list[_Line]) -> Grid:
    """A method that stands in several settings has its setting in its name."""
    times = Counter(line.method for line in lines)
    rows = tuple(
        Row(
            f"{line.method}, {line.printed.setting}" if line.printed and times[line.method] > 1 else line.method,
            protocol_cells(inputs, line.runs, line.method, line.printed),
            line.method,
        )
        for line in lines
    )
    caption = caption_of(inputs, paper.source, paper, [line.runs for line in lines])
    rows = mark_rows(inputs, rows, [line.runs for line in lines])
    return Grid(caption, PROTOCOL_HEAD, rows).without_empty_columns()


def _told(row: PrintedRow) -> str:
    return f"{row.method} {row.setting}, F1 {row.shares[-1]:.4f}"


def _control(inputs: Inputs, name: str) -> Iterator[ChapterBlock]:
    """F1 of both protocols where there is nothing to learn, and what that says."""
    runs = {detector: runs_of(inputs, name, detector, "shuffled") for detector in inputs.detectors}
    runs = {detector: pair for detector, pair in runs.items() if any(pair)}
    if not runs:
        return
    rows = tuple(Row(detector, f1_cells(inputs, pair, detector), detector) for detector, pair in runs.items())
    yield Grid(f"Control: {name} with labels shuffled", ("Honest F1", "As published F1", PROTOCOL_GAP), rows)
    f1 = {detector: [f1_of(inputs, each, detector) for each in pair] for detector, pair in runs.items()}
    both = [detector for detector, pair in f1.items() if None not in (pair[0].value, pair[1].value)]
    if both:
        judged = JUDGED if JUDGED in both else both[0]
        yield verdict(judged, *f1[judged])
    for experiment in dict.fromkeys(pair.honest for pair in runs.values()):
        if experiment and stepwise(inputs, experiment):
            yield Once("On the honest spans alone: what choosing the step on the query adds, apart from the spans.")
            yield step_grid(inputs, experiment)


def verdict(detector: str, honest: Estimate, as_published: Estimate) -> str:
    """Which protocol gives the higher F1 where there is nothing to learn, and by how much."""
    ours, theirs = honest.value or 0.0, as_published.value or 0.0
    start = (
        f"With labels shuffled, where there is nothing to learn, the published protocol gives {detector} an F1 of "
        f"{number_cell(as_published)} where the honest one gives {number_cell(honest)}"
    )
    if f"{theirs:.3f}" == f"{ours:.3f}":
        return f"{start}: the protocol makes no difference here."
    if theirs > ours:
        end = f"{theirs - ours:.3f} more: that much of a published F1 is protocol."
    else:
        end = f"{ours - theirs:.3f} less: here the published protocol does not flatter."
    return f"{start}, {end}{' The intervals overlap.' * _overlap(honest, as_published)}"


def _overlap(one: Estimate, other: Estimate) -> bool:
    ends = (one.low, one.high, other.low, other.high)
    if None in ends:
        return False
    low, high, other_low, other_high = (end or 0.0 for end in ends)
    return low <= other_high and other_low <= high
