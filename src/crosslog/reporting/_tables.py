"""Tables of numbers: which measures stand in which column, and how a number and its interval are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crosslog.reporting import _published
from crosslog.reporting._inputs import Estimate, Inputs, Measure
from crosslog.settings import Level

MISSING = "–"


class Cell(NamedTuple):
    """A number as text, with its interval as text and its value (0 to 1) where it has them; or words."""

    text: str
    interval: str = ""
    value: float | None = None
    words: bool = False  # set as text: to the left, in as many lines as it needs

    def __str__(self) -> str:
        return f"{self.text} {self.interval}" if self.interval else self.text


class Table(NamedTuple):
    """A caption, column heads, and per detector (or what `first` says) its name and cells."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    first: str = "Detector"  # the head of the first column

    @property
    def said(self) -> list[bool]:
        """Which columns hold words, the first aside."""
        return [any(cells[column].words for _, cells in self.rows) for column in range(len(self.head))]


class Column(NamedTuple):
    """A column head and the measure below it."""

    head: str
    measure: Measure


NAMES = {"event": "Events", "window": "Windows", "session": "Sessions"}


def unit_columns(levels: Sequence[Level]) -> list[Column]:
    """How well the experiment's units are told apart, and what they add up to."""
    unit, *above = levels
    return [
        Column("F1", Measure(unit, "f1", "fixed")),
        Column("F1, threshold from support", Measure(unit, "f1", "support")),
        Column("Precision", Measure(unit, "precision", "fixed")),
        Column("Recall", Measure(unit, "recall", "fixed")),
        Column("AUROC", Measure(unit, "auroc")),
        Column("AUPRC", Measure(unit, "auprc")),
        *(Column(f"{level.title()} F1", Measure(level, "f1", "fixed")) for level in above if level != "type"),
    ]


def transfer_columns(levels: Sequence[Level]) -> list[Column]:
    """What was carried over."""
    return [
        Column("Recall, seen", Measure(levels[0], "recall_seen", "fixed")),
        Column("Recall, unseen", Measure(levels[0], "recall_unseen", "fixed")),
        Column("Type recall at {rate} false types", Measure("type", "recall_at_fpr")),
        Column("… families resampled", Measure("type", "recall_at_fpr_over_families")),
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
        Column("Recall\nunseen", Measure(unit, "recall_unseen", "fixed")),
        Column("Types,\n{rate}", Measure("type", "recall_at_fpr")),
        Column("Unseen\ntypes", Measure("type", "recall_at_fpr_unseen")),
        *(Column(f"{level.title()}\nF1", Measure(level, "f1", "fixed")) for level in above if level != "type"),
    ]


def events_table(inputs: Inputs, experiment: str) -> Table:
    """How well events, windows or sessions are told apart, and the paper's numbers where there are any."""
    levels = inputs.suite.everything[experiment].levels
    table = _table(inputs, experiment, NAMES[levels[0]], unit_columns(levels))
    name = inputs.suite.everything[experiment].published
    if name is None or inputs.suite.everything[experiment].labels == "shuffled":
        return table
    rows = [(detector, (*cells, Cell(_published.cell(name, detector) or MISSING))) for detector, cells in table.rows]
    return table._replace(head=(*table.head, f"Paper ({name}): F1 (P, R)"), rows=tuple(rows))


def transfer_table(inputs: Inputs, experiment: str) -> Table:
    """What was carried over: anomalies that the support has not shown, and types counted once."""
    columns = transfer_columns(inputs.suite.everything[experiment].levels)
    return _table(inputs, experiment, "What was carried over", columns)


def targets_table(inputs: Inputs, experiment: str) -> Table | None:
    """F1 of every detector on each of several targets, in a row; None where there is one target."""
    each = inputs.suite.everything[experiment]
    if len(each.targets) == 1:
        return None
    detectors, unit = inputs.suite.detectors_of(experiment), each.levels[0]
    share, f1 = Measure(unit, "anomalous"), Measure(unit, "f1", "fixed")

    def row(target: str) -> tuple[Cell, ...]:
        anomalous = inputs.estimate(experiment, detectors[0], share, target).value
        values = [inputs.estimate(experiment, detector, f1, target).value for detector in detectors]
        return Cell(MISSING if anomalous is None else percent(anomalous, 1)), *(
            cell(Estimate(value, None, None)) for value in values
        )

    rows = tuple((inputs.marked(target), row(target)) for target in each.targets)
    return Table("F1 by target", ("Anomalous", *detectors), rows, "Target")


def compact_table(inputs: Inputs, experiment: str) -> Table:
    """The few numbers that fit a terminal."""
    caption = f"{experiment}: {inputs.marked_targets(experiment)}{inputs.condition(experiment)}"
    return _table(inputs, experiment, caption, compact_columns(inputs.suite.everything[experiment].levels))


def _table(inputs: Inputs, experiment: str, caption: str, columns: Sequence[Column]) -> Table:
    rate = percent(inputs.evaluate.type_false_positive_rate)
    rows = [
        (detector, tuple(cell(inputs.estimate(experiment, detector, column.measure)) for column in columns))
        for detector in inputs.suite.detectors_of(experiment)
    ]
    return Table(caption, tuple(column.head.format(rate=rate) for column in columns), tuple(rows))


def percent(share: float, digits: int = 0) -> str:
    """A fraction in percent."""
    return f"{100 * share:.{digits}f} %"


def cell(estimate: Estimate) -> Cell:
    """A number to three digits with its interval."""
    if estimate.value is None:
        return Cell(MISSING)
    if estimate.low is None or estimate.high is None:
        return Cell(f"{estimate.value:.3f}", "", estimate.value)
    return Cell(f"{estimate.value:.3f}", f"[{estimate.low:.3f}, {estimate.high:.3f}]", estimate.value)


def words(text: str) -> Cell:
    """Text in a cell; a dash where there is none."""
    return Cell(text or MISSING, words=True)


def markdown(table: Table) -> str:
    """A table in GitHub's Markdown."""
    lines = [[table.first, *table.head], ["---", *("---" if said else "---:" for said in table.said)]]
    lines += [[name, *map(str, cells)] for name, cells in table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
