"""Which measures stand in which column of a table, and how a number, its interval and its rank are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crosslog.reporting.document.chapter import MISSING, Cell, Grid, Row
from crosslog.reporting.numbers.differences import mark_of, rank_runs
from crosslog.reporting.numbers.inputs import Estimate, Inputs, Measure
from crosslog.reporting.papers.tables import printed_cell
from crosslog.settings import Level

TRIVIAL = ("all_positive", "keyword", "level", "hints", "exact_match", "nearest_neighbour", "logistic")
"""The baselines that a method has to beat: no transfer, nothing learnt but what a support shows at a glance."""


class Column(NamedTuple):
    """A column head and the measure below it; `ranked`: its best number is marked."""

    head: str
    measure: Measure
    ranked: bool = True


UNIT_HEADS = {"event": "Events", "window": "Windows", "session": "Sessions"}


def unit_columns(levels: Sequence[Level]) -> list[Column]:
    """How well the experiment's units are told apart, and what they add up to."""
    unit, *above = levels
    return [
        Column("F1", Measure(unit, "f1", "fixed")),
        Column("F1, threshold from support", Measure(unit, "f1", "support")),
        Column("Precision", Measure(unit, "precision", "fixed"), ranked=False),
        Column("Recall", Measure(unit, "recall", "fixed"), ranked=False),
        Column("AUROC", Measure(unit, "auroc")),
        Column("AUPRC", Measure(unit, "auprc")),
        *(Column(f"{level.title()} F1", Measure(level, "f1", "fixed")) for level in above if level != "type"),
    ]


def transfer_columns(levels: Sequence[Level]) -> list[Column]:
    """What was carried over."""
    return [
        Column("Recall, seen", Measure(levels[0], "recall_seen", "fixed"), ranked=False),
        Column("Recall, unseen", Measure(levels[0], "recall_unseen", "fixed"), ranked=False),
        Column("Type recall at {rate} false types", Measure("type", "recall_at_fpr")),
        Column("… families resampled", Measure("type", "recall_at_fpr_over_families"), ranked=False),
        Column("… unseen types", Measure("type", "recall_at_fpr_unseen")),
        Column("Type AUROC, unseen", Measure("type", "auroc_unseen")),
    ]


def compact_columns(levels: Sequence[Level]) -> list[Column]:
    """The few that fit a terminal."""
    unit, *above = levels
    return [
        Column("F1\nfixed", Measure(unit, "f1", "fixed")),
        Column("F1\nsupport", Measure(unit, "f1", "support")),
        Column("\nAUPRC", Measure(unit, "auprc")),
        Column("Recall\nunseen", Measure(unit, "recall_unseen", "fixed"), ranked=False),
        Column("Types,\n{rate}", Measure("type", "recall_at_fpr")),
        Column("Unseen\ntypes", Measure("type", "recall_at_fpr_unseen")),
        *(Column(f"{level.title()}\nF1", Measure(level, "f1", "fixed")) for level in above if level != "type"),
    ]


def unit_grid(inputs: Inputs, arm: str) -> Grid:
    """How well events, windows or sessions are told apart, and the paper's numbers where there are any."""
    each = inputs.suite.everything[arm]
    grid = method_grid(inputs, arm, UNIT_HEADS[each.levels[0]], unit_columns(each.levels))
    if each.published is None or each.labels == "shuffled":
        return grid
    printed = [Cell(printed_cell(each.published, row.method) or MISSING) for row in grid.rows]
    rows = tuple(row._replace(cells=(*row.cells, cell)) for row, cell in zip(grid.rows, printed, strict=True))
    grid = grid._replace(head=(*grid.head, f"Paper ({each.published}): F1 (P, R)"), rows=rows)
    return grid.without_empty_columns()


def transfer_grid(inputs: Inputs, arm: str) -> Grid:
    """What was carried over: anomalies that the support has not shown, and types counted once."""
    return method_grid(
        inputs, arm, "What was carried over", transfer_columns(inputs.suite.everything[arm].levels)
    ).without_empty_columns()


def targets_grid(inputs: Inputs, arm: str) -> Grid | None:
    """F1 of every detector on each of several targets, a detector a row; None where there is one target."""
    each = inputs.suite.everything[arm]
    if len(each.targets) == 1:
        return None
    share, f1 = Measure(each.levels[0], "anomalous"), Measure(each.levels[0], "f1", "fixed")
    detectors = inputs.suite.detectors_of(arm)
    shares = [inputs.estimate(arm, detectors[0], share, target).value for target in each.targets]
    anomalous = tuple(Cell() if value is None else Cell(percent(value, 1), "", value) for value in shares)
    rows = [Row("share of anomalies", anomalous)]
    for detector in detectors:
        values = [inputs.estimate(arm, detector, f1, target).value for target in each.targets]
        cells = tuple(number_cell(Estimate(value), inputs.files.get((arm, detector), "")) for value in values)
        rows.append(Row(detector, cells, detector))
    return Grid("F1 by target", tuple(map(inputs.marked, each.targets)), tuple(rows))


def compact_grid(inputs: Inputs, arm: str) -> Grid:
    """The few numbers that fit a terminal."""
    caption = f"{inputs.name_of(arm)}: {inputs.marked_targets(arm)}{inputs.condition(arm)}"
    return method_grid(inputs, arm, caption, compact_columns(inputs.suite.everything[arm].levels))


def method_grid(inputs: Inputs, arm: str, caption: str, columns: Sequence[Column]) -> Grid:
    """A row per detector of an arm; in columns that are ranked, the best is marked, and what is tied with it."""
    rate = percent(inputs.evaluate.type_false_positive_rate)
    detectors = inputs.suite.detectors_of(arm)
    by_column = [column_cells(inputs, arm, column, detectors) for column in columns]
    rows = zip(detectors, zip(*by_column, strict=True), strict=True)
    head = tuple(column.head.format(rate=rate) for column in columns)
    return Grid(caption, head, tuple(Row(detector, cells, detector) for detector, cells in rows))


def column_cells(inputs: Inputs, arm: str, column: Column, detectors: Sequence[str]) -> list[Cell]:
    """The cells below a column head."""
    runs = [(arm, detector) for detector in detectors]
    standing = rank_runs(inputs, runs, column.measure) if column.ranked and len(runs) > 1 else None
    cells = [number_cell(inputs.estimate(*run, column.measure), inputs.files.get(run, "")) for run in runs]
    return [cell._replace(mark=mark_of(standing, run)) for cell, run in zip(cells, runs, strict=True)]


def percent(share: float, digits: int = 0) -> str:
    """A fraction in percent."""
    return f"{100 * share:.{digits}f} %"


def number_cell(estimate: Estimate, source: str = "") -> Cell:
    """A number to three digits with its interval, and the file that it stands in."""
    if estimate.value is None:
        return Cell()
    interval = "" if estimate.low is None or estimate.high is None else f"[{estimate.low:.3f}, {estimate.high:.3f}]"
    return Cell(f"{estimate.value:.3f}", interval, estimate.value, source=source)


def signed(value: float) -> str:
    """A difference to three digits with its sign; one that rounds to nought has a plus."""
    return f"{round(value, 3) + 0.0:+.3f}".replace("-", "−")


def word_cell(text: str) -> Cell:
    """Text in a cell; a dash where there is none."""
    return Cell(text or MISSING, words=True)
