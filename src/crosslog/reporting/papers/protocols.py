"""A method under both protocols, beside the paper: the row that the tables of effectiveness and ablations share.

An experiment of a paper comes here twice: honest, and as published, with spans and adaptation step as the paper's
public code has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosslog.reporting.document.chapter import Cell, Once, Row
from crosslog.reporting.numbers.differences import compare_protocols, mark_of, rank_runs
from crosslog.reporting.numbers.headlines import difference_cell
from crosslog.reporting.numbers.inputs import Estimate, Inputs, Measure
from crosslog.reporting.numbers.measures import number_cell, word_cell
from crosslog.reporting.numbers.wording import numbers_note
from crosslog.reporting.papers.refusals import audit_count
from crosslog.reporting.papers.runs import Runs
from crosslog.reporting.papers.tables import PrintedRow, Published

DECIDED = tuple(Measure("event", metric, "fixed") for metric in ("precision", "recall", "f1"))
PROTOCOL_GAP = "F1, published minus honest"
PROTOCOL_HEAD = (
    "Sources",
    "Honest F1",
    "As published F1",
    PROTOCOL_GAP,
    "Paper F1",
    "Paper: trained",
    *(f"{whose} {name}" for whose in ("Honest", "As published", "Paper") for name in ("P", "R")),
    "Audit, honest",
    "Audit, as published",
)
HONEST_COLUMN, PUBLISHED_COLUMN = 1, 2  # whose best is marked
UNDEFINED = Estimate(None)


def protocol_cells(inputs: Inputs, runs: Runs, detector: str, paper: PrintedRow | None) -> tuple[Cell, ...]:
    """The cells below PROTOCOL_HEAD."""
    setting, *printed = _printed(paper)
    decided = [list(_cells(inputs, runs.honest, detector)), list(_cells(inputs, runs.published, detector)), printed]
    honest, published, in_paper = (cells[-1] for cells in decided)
    return (
        word_cell("; ".join(_sources(inputs, runs, detector))),
        honest,
        published,
        gap_cell(inputs, runs, detector),
        in_paper,
        setting,
        *(cell for cells in decided for cell in cells[:-1]),
        *(word_cell(audit_count(inputs, experiment, detector)) for experiment in runs),
    )


def mark_rows(inputs: Inputs, rows: Sequence[Row], runs: Sequence[Runs]) -> tuple[Row, ...]:
    """The same rows with the best F1 of each protocol marked, and what is tied with it."""
    columns = {HONEST_COLUMN: "honest", PUBLISHED_COLUMN: "published"}
    marked = [list(row.cells) for row in rows]
    for column, protocol in columns.items():
        pairs = [(getattr(pair, protocol), row.method) for row, pair in zip(rows, runs, strict=True)]
        standing = rank_runs(inputs, [pair for pair in pairs if pair[0]], DECIDED[-1])
        for cells, pair in zip(marked, pairs, strict=True):
            cells[column] = cells[column]._replace(mark=mark_of(standing, pair))
    return tuple(row._replace(cells=tuple(cells)) for row, cells in zip(rows, marked, strict=True))


def _cells(inputs: Inputs, experiment: str | None, detector: str) -> Iterator[Cell]:
    """Each number with the file that it stands in."""
    source = inputs.files.get((experiment, detector), "") if experiment else ""
    for estimate in _numbers(inputs, experiment, detector):
        yield number_cell(estimate, source)


def f1_cells(inputs: Inputs, runs: Runs, detector: str) -> tuple[Cell, Cell, Cell]:
    """F1 under both protocols, and the difference."""
    honest, published = ([*_cells(inputs, experiment, detector)][-1] for experiment in runs)
    return honest, published, gap_cell(inputs, runs, detector)


def _printed(paper: PrintedRow | None) -> list[Cell]:
    if paper is None:
        return [word_cell(""), *[Cell()] * len(DECIDED)]
    return [word_cell(paper.setting), *(Cell(f"{share:.4f}", "", share) for share in paper.shares)]


def f1_of(inputs: Inputs, experiment: str | None, detector: str) -> Estimate:
    """Event-level F1 at the fixed threshold; undefined where there is no run."""
    return _numbers(inputs, experiment, detector)[-1]


def _numbers(inputs: Inputs, experiment: str | None, detector: str) -> list[Estimate]:
    if experiment is None:
        return [UNDEFINED] * len(DECIDED)
    return [inputs.estimate(experiment, detector, measure) for measure in DECIDED]


def _sources(inputs: Inputs, runs: Runs, detector: str) -> Iterator[str]:
    """The systems that teach; of a one-to-one method, the one that its block in params.yaml names by number."""
    experiment = runs.honest or runs.published
    if experiment is None:
        return
    number = inputs.detectors[detector].get("source")
    for place, system in enumerate(inputs.suite.everything[experiment].teachers):
        if number in (None, place):
            yield inputs.marked(system)


def gap_cell(inputs: Inputs, runs: Runs, detector: str) -> Cell:
    """F1 as published minus the honest one, with its sign and its interval."""
    if runs.honest is None or runs.published is None:
        return Cell()
    return difference_cell(compare_protocols(inputs, (runs.published, runs.honest), detector, DECIDED[-1]))


def caption_of(inputs: Inputs, source: str, paper: Published, runs: list[Runs]) -> str:
    """A paper's table, and the system that stands for its target here."""
    names = [name for pair in runs for name in pair if name]
    targets = dict.fromkeys(inputs.marked_targets(name) for name in names)
    return f"{source} ({paper.target}), here {', '.join(targets)}"


def column_note(inputs: Inputs) -> tuple[Once, Once]:
    """What the columns below PROTOCOL_HEAD are."""
    return (
        Once(
            "P, R and F1 are precision, recall and F1 of events, flagged from a score of "
            f"{inputs.evaluate.threshold:g} on. {numbers_note(inputs)}. A dash: no such run, or not defined."
        ),
        Once(
            "Honest: supports come before their queries and never overlap them, and the last adaptation step is "
            "scored. As published: spans are drawn as the paper's public code draws them, and the step with the best "
            "F1 on the query is scored. Paper: what it prints, on the full logs of its own systems. The audit counts "
            "the checks that hold."
        ),
    )
