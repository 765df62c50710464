"""What the paper's method loses without a source or without meta-learning, and what each adaptation step is worth."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting._adaptation import resampling, step_table, stepwise
from crosslog.reporting._chapters import Chapter
from crosslog.reporting._effectiveness import notes
from crosslog.reporting._inputs import Inputs
from crosslog.reporting._protocols import HEAD, caption_of, failures, row_of, runs_of
from crosslog.reporting._published import Published, published
from crosslog.reporting._tables import Table


def ablations(inputs: Inputs) -> Chapter:
    """The chapter."""
    blocks: list[str | Table] = [*notes(inputs)]
    for name, paper in published().items():
        blocks += _tables(inputs, name, paper)
    blocks += _steps(inputs)
    return Chapter("ablations", "Ablations", tuple(blocks))


def _tables(inputs: Inputs, name: str, paper: Published) -> Iterator[str | Table]:
    """The main row, then each ablation."""
    main = paper.rows[0]
    rows = [(row, runs_of(inputs, row.experiment, row.method)) for row in (main, *paper.ablations.rows)]
    labels = ", ".join(row.name for row in paper.ablations.rows)
    if not any(any(runs) for _, runs in rows[1:]):
        yield f"{paper.ablations.source} ({paper.target}) is left out: this run has none of {labels}."
        return
    caption = caption_of(inputs, paper.ablations.source, paper, [runs for _, runs in rows])
    cells = tuple((f"{row.name or name} {row.method}", row_of(inputs, runs, row.method, row)) for row, runs in rows)
    yield Table(caption, HEAD, cells, "Ablation")
    yield from failures(inputs, [(row.method, runs) for row, runs in rows])
    if same := [row.name for row in paper.ablations.rows if row.shares == main.shares]:
        yield f"In the paper, {', '.join(same)} is {name} digit for digit."


def _steps(inputs: Inputs) -> Iterator[str | Table]:
    shown = [name for name in inputs.main if stepwise(inputs, name)]
    if not shown:
        yield "No detector of this run adapts in steps."
        return
    yield (
        "By adaptation step, under the honest protocol. Before the first step nothing of the target has been learnt; "
        "the paper does not print it. After the last: what counts here. Best: the step from 1 on with the highest F1 "
        "on the query, each query's own, as the paper's public code chooses; only who knows the labels can. Numbers "
        f"are means over episodes and seeds; brackets are {resampling(inputs)}."
    )
    for name in shown:
        yield step_table(inputs, name)
