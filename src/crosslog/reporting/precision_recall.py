"""Mean precision-recall curves: a panel per method before all others, by experiment and level."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import Chapter, ChapterBlock
from crosslog.reporting.document.panels import CurvePanel, Figure, PanelGroup, Series
from crosslog.reporting.numbers.inputs import Inputs, Measure
from crosslog.reporting.numbers.measures import number_cell


def chapter(inputs: Inputs) -> Chapter:
    """The curves of the main experiments."""
    return Chapter("Precision and recall", tuple(_blocks(inputs)))


def _blocks(inputs: Inputs) -> Iterator[ChapterBlock]:
    groups = tuple(group for arm in inputs.main for group in _groups(inputs, arm))
    if not groups:
        yield "This run has no curve under the honest protocol."
        return
    yield Figure(
        "precision_recall",
        "Precision-recall curves, a panel per method; the same in numbers is the column AUPRC of the tables",
        "Mean over episodes and seeds of the best precision at each recall or above; in grey the other methods. Thin "
        "curves join points of equal F1 (.2, .4, .6, .8); the dotted line is what flagging at random reaches.",
        groups,
    )


def _groups(inputs: Inputs, arm: str) -> Iterator[PanelGroup]:
    for level in inputs.suite.everything[arm].levels:
        lines = [line for detector in inputs.suite.detectors_of(arm) if (line := _series(inputs, arm, detector, level))]
        if lines:
            panels = tuple(_panel(inputs, arm, level, line, lines) for line in lines)
            yield PanelGroup(f"{inputs.name_of(arm)}: {inputs.marked_targets(arm)}, {level}s", panels)


def _series(inputs: Inputs, arm: str, detector: str, level: str) -> Series | None:
    curve = inputs.curves.filter(experiment=arm, detector=detector, level=level).sort("recall")
    return Series(detector, tuple(curve["recall"]), tuple(curve["precision"])) if curve.height else None


def _panel(inputs: Inputs, arm: str, level: str, line: Series, lines: list[Series]) -> CurvePanel:
    area = inputs.estimate(arm, line.method, Measure(level, "auprc"))
    share = inputs.estimate(arm, line.method, Measure(level, "anomalous")).value
    note = f"AUPRC {number_cell(area)}"
    return CurvePanel(line, tuple(lines), note, ("recall", "precision"), floor=share, iso_f1=True)
