"""What LogSynergy loses without each of its parts (its Fig. 5), and what it finds that the target has not shown."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import Cell, Chapter, ChapterBlock, Grid, Row
from crosslog.reporting.document.panels import Dot, DotPanel, Figure, PanelGroup
from crosslog.reporting.numbers.differences import compare_detectors
from crosslog.reporting.numbers.headlines import difference_cell
from crosslog.reporting.numbers.inputs import Estimate, Inputs, Measure
from crosslog.reporting.numbers.measures import number_cell, signed, word_cell
from crosslog.reporting.papers.windows import METHOD, main_arms, window_arms

F1 = Measure("window", "f1", "fixed")
SEEN, UNSEEN = (Measure("window", f"recall_{kind}", "fixed") for kind in ("seen", "unseen"))
TAKEN_AWAY = {  # a detector, and what it is of the method
    METHOD: "whole",
    "logsynergy_without_sufe": "without SUFE",
    "logsynergy_without_da": "without domain adaptation",
    "logsynergy_plain": "without both: trained together, no more",
    "logsynergy_target_only": "the target alone",
    "logsynergy_as_in_code": "extra heads never trained, as in the public code",
    "neurallog_on_sources": "without transfer: NeuralLog of the sources",
}
WITHOUT_LEI = "without LEI: templates"
HEAD = ("What it is", "F1", "Minus the whole", "More than chance", "Recall, seen", "Recall, unseen")


def chapter(inputs: Inputs) -> Chapter:
    """A table per target, and all of them in a figure; nothing where the run has no such experiment."""
    arms = [arm for arm in main_arms(inputs) if len(_parts(inputs, arm)) > 1]
    return Chapter("Windows: parts taken away", tuple(_blocks(inputs, arms)) if arms else ())


def _blocks(inputs: Inputs, arms: list[str]) -> Iterator[ChapterBlock]:
    yield (
        "Each row is trained and judged on the same windows as the whole; differences are paired, block of time by "
        "block of time. Seen: anomalous windows with a message that the first windows of the target have shown as "
        "anomalous; only what was carried over finds the others. Without LEI the vectors are those of templates, in "
        "an experiment of its own, so that its difference is not paired."
    )
    for arm in arms:
        rows = [*_rows(inputs, arm), *_without_lei(inputs, arm)]
        caption = f"{inputs.name_of(arm)}: {inputs.marked_targets(arm)}"
        yield Grid(caption, HEAD, tuple(rows)).without_empty_columns()
    yield _figure(inputs, arms)


def _parts(inputs: Inputs, arm: str) -> list[str]:
    return [detector for detector in TAKEN_AWAY if detector in inputs.suite.detectors_of(arm)]


def _rows(inputs: Inputs, arm: str) -> Iterator[Row]:
    for detector in _parts(inputs, arm):
        minus = None if detector == METHOD else compare_detectors(inputs, arm, (detector, METHOD), F1)
        told = {True: "yes", False: "no"}.get(minus.told if minus else None, "")  # type: ignore[arg-type]
        numbers = (number_cell(inputs.estimate(arm, detector, measure)) for measure in (F1, SEEN, UNSEEN))
        f1, seen, unseen = numbers
        what = word_cell(TAKEN_AWAY[detector])
        yield Row(detector, (what, f1, difference_cell(minus), word_cell(told), seen, unseen), detector)


def _without_lei(inputs: Inputs, arm: str) -> Iterator[Row]:
    """The method on templates, where the run has the same target so."""
    target = inputs.suite.everything[arm].targets[0]
    for other in window_arms(inputs):
        each = inputs.suite.everything[other]
        if each.representation == "template" and target in each.targets:
            found = [_of_target(inputs, other, target, measure) for measure in (F1, SEEN, UNSEEN)]
            whole = inputs.estimate(arm, METHOD, F1).value
            f1 = found[0].value
            minus = Cell() if None in (f1, whole) else Cell(signed((f1 or 0.0) - (whole or 0.0)))
            cells = (word_cell(WITHOUT_LEI), number_cell(found[0]), minus, word_cell(""), *map(number_cell, found[1:]))
            yield Row(f"{METHOD} in {inputs.name_of(other)}", cells, METHOD)


def _of_target(inputs: Inputs, arm: str, target: str, measure: Measure) -> Estimate:
    return inputs.estimate(arm, METHOD, measure, target)


def _figure(inputs: Inputs, arms: list[str]) -> Figure:
    panels = []
    for arm in arms:
        dots = []
        for detector in _parts(inputs, arm):
            value, low, high, *_ = inputs.estimate(arm, detector, F1)
            dots.append(Dot(detector, value, low, high))
        panels.append(DotPanel(inputs.marked_targets(arm), "F1 of windows", tuple(dots)))
    words = "F1 of LogSynergy whole and without each of its parts, a panel per target; the tables have the same numbers"
    return Figure("window_parts", words, f"{words}.", (PanelGroup("F1 of windows", tuple(panels)),))
