"""What the paper's method loses without a source or without meta-learning."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import Chapter, ChapterBlock, Grid, Row
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.papers.protocols import (
    PROTOCOL_HEAD,
    caption_of,
    column_note,
    mark_rows,
    protocol_cells,
)
from crosslog.reporting.papers.refusals import failures
from crosslog.reporting.papers.runs import runs_of
from crosslog.reporting.papers.tables import Published, published


def chapter(inputs: Inputs) -> Chapter:
    """The paper's main row and its ablations, under both protocols."""
    tables = [block for name, paper in published().items() for block in _tables(inputs, name, paper)]
    return Chapter("Ablations", (*column_note(inputs), *tables))


def _tables(inputs: Inputs, name: str, paper: Published) -> Iterator[ChapterBlock]:
    """The main row, then each ablation that is run."""
    main, labels = paper.rows[0], [row.name for row in paper.ablations.rows]
    lines = [(row, runs_of(inputs, row.experiment, row.method)) for row in (main, *paper.ablations.rows)]
    if not any(any(runs) for _, runs in lines[1:]):
        yield f"{paper.ablations.source} ({paper.target}) is left out: this run has none of {', '.join(labels)}."
        return
    shown = [(row, runs) for row, runs in lines if any(runs)]
    caption = caption_of(inputs, paper.ablations.source, paper, [runs for _, runs in shown])
    rows = tuple(
        Row(f"{row.name or name} {row.method}", protocol_cells(inputs, runs, row.method, row), row.method)
        for row, runs in shown
    )
    rows = mark_rows(inputs, rows, [runs for _, runs in shown])
    yield Grid(caption, PROTOCOL_HEAD, rows, "Ablation").without_empty_columns()
    if absent := [row.name or name for row, runs in lines if not any(runs)]:
        yield f"Not run here: {', '.join(absent)}."
    yield from failures(inputs, [(row.method, runs) for row, runs in shown])
    if same := [row.name for row in paper.ablations.rows if row.shares == main.shares]:
        yield f"In the paper, {', '.join(same)} is {name} digit for digit."
