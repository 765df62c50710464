"""The table of what came out: a row per experiment and measure."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import Cell, Grid, Row
from crosslog.reporting.numbers.differences import Difference, Standing
from crosslog.reporting.numbers.headlines import TOO_FEW, Headline, Leak, difference_cell, headline
from crosslog.reporting.numbers.inputs import Inputs, Measure
from crosslog.reporting.numbers.measures import number_cell, percent

HEAD = (
    "Best method",
    "Its number",
    "Not told apart from it",
    "Best trivial method",
    "Its number",
    "Difference",
    "More than chance?",
    "Best as published, minus honest",
)


def outcome_grid(inputs: Inputs) -> Grid:
    """F1 and AUPRC of the unit, and recall of types, for every main experiment."""
    rows = [row for arm in inputs.main for row in _rows(inputs, arm)]
    return Grid("The best methods", HEAD, tuple(rows), "Experiment and measure").without_empty_columns()


def _rows(inputs: Inputs, arm: str) -> Iterator[Row]:
    unit = inputs.suite.everything[arm].levels[0]
    rate = percent(inputs.evaluate.type_false_positive_rate)
    measures = {
        f"F1 of {unit}s": Measure(unit, "f1", "fixed"),
        f"AUPRC of {unit}s": Measure(unit, "auprc"),
        f"recall of types at {rate} false ones": Measure("type", "recall_at_fpr"),
        f"recall of unseen types at {rate} false ones": Measure("type", "recall_at_fpr_unseen"),
    }
    for name, measure in measures.items():
        told = headline(inputs, arm, measure)
        yield Row(f"{inputs.name_of(arm)}: {name}", tuple(_cells(inputs, told)))


def _cells(inputs: Inputs, told: Headline) -> Iterator[Cell]:
    yield from _standing(inputs, told, told.methods)
    yield Cell(", ".join(told.methods.tied), words=True) if told.methods and told.methods.tied else Cell(words=True)
    yield from _standing(inputs, told, told.trivial)
    yield difference_cell(told.lead)
    yield _verdict_cell(told.lead)
    yield difference_cell(next((leak.difference for leak in told.leaks if _is_best(told, leak)), None))


def _is_best(told: Headline, leak: Leak) -> bool:
    return told.methods is not None and leak.detector == told.methods.best


def _standing(inputs: Inputs, told: Headline, standing: Standing | None) -> tuple[Cell, Cell]:
    if standing is None:
        return Cell(words=True), Cell()
    source = inputs.files.get((told.arm, standing.best), "")
    return Cell(standing.best, words=True), number_cell(inputs.estimate(told.arm, standing.best, told.measure), source)


def _verdict_cell(difference: Difference | None) -> Cell:
    if difference is None or difference.value is None:
        return Cell(words=True)
    if difference.told is None:
        return Cell(TOO_FEW, words=True)
    if not difference.told:
        return Cell("no", words=True)
    return Cell("yes" if difference.value > 0 else "yes, the trivial one is better", words=True)
