"""Tables of numbers: which measures stand in which column, and how a number and its interval are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crosslog.reporting import _published
from crosslog.reporting._inputs import Estimate, Inputs, Measure

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


EVENTS = (
    Column("F1", Measure("event", "f1", "fixed")),
    Column("F1, threshold from support", Measure("event", "f1", "support")),
    Column("Precision", Measure("event", "precision", "fixed")),
    Column("Recall", Measure("event", "recall", "fixed")),
    Column("AUROC", Measure("event", "auroc")),
    Column("AUPRC", Measure("event", "auprc")),
    Column("Window F1", Measure("window", "f1", "fixed")),
)
TRANSFER = (
    Column("Recall, seen", Measure("event", "recall_seen", "fixed")),
    Column("Recall, unseen", Measure("event", "recall_unseen", "fixed")),
    Column("Type recall at {rate} false types", Measure("type", "recall_at_fpr")),
    Column("… families resampled", Measure("type", "recall_at_fpr_over_families")),
    Column("… unseen types", Measure("type", "recall_at_fpr_unseen")),
    Column("Type AUROC, unseen", Measure("type", "auroc_unseen")),
)
COMPACT = (
    Column("F1\nfixed", Measure("event", "f1", "fixed")),
    Column("F1\nsupport", Measure("event", "f1", "support")),
    Column("\nAUPRC", Measure("event", "auprc")),
    Column("Recall\nunseen", Measure("event", "recall_unseen", "fixed")),
    Column("Types,\n{rate}", Measure("type", "recall_at_fpr")),
    Column("Unseen\ntypes", Measure("type", "recall_at_fpr_unseen")),
    Column("Window\nF1", Measure("window", "f1", "fixed")),
)


def events_table(inputs: Inputs, experiment: str) -> Table:
    """How well events and windows are told apart, and the paper's numbers where there are any."""
    table = _table(inputs, experiment, "Events", EVENTS)
    name = inputs.suite.everything[experiment].published
    if name is None or inputs.suite.everything[experiment].labels == "shuffled":
        return table
    rows = [(detector, (*cells, Cell(_published.cell(name, detector) or MISSING))) for detector, cells in table.rows]
    return table._replace(head=(*table.head, f"Paper ({name}): F1 (P, R)"), rows=tuple(rows))


def transfer_table(inputs: Inputs, experiment: str) -> Table:
    """What was carried over: anomalies that the support has not shown, and types counted once."""
    return _table(inputs, experiment, "What was carried over", TRANSFER)


def compact_table(inputs: Inputs, experiment: str) -> Table:
    """The few numbers that fit a terminal."""
    target = inputs.suite.everything[experiment].target
    return _table(inputs, experiment, f"{experiment}: {inputs.marked(target)}{inputs.condition(experiment)}", COMPACT)


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
