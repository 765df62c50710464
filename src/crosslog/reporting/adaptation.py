"""What each adaptation step is worth: mean F1 by step, and the first, the last and the best step in numbers."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import Chapter, ChapterBlock
from crosslog.reporting.document.panels import CurvePanel, Figure, PanelGroup, Series
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.steps import resampling, step_curve, step_grid, stepwise


def chapter(inputs: Inputs) -> Chapter:
    """A group of panels and a table per main experiment that has steps."""
    return Chapter("Adaptation", tuple(_blocks(inputs)))


def _blocks(inputs: Inputs) -> Iterator[ChapterBlock]:
    shown = [arm for arm in inputs.main if stepwise(inputs, arm)]
    if not shown:
        yield "No detector of this run adapts in steps."
        return
    yield (
        "By adaptation step, under the honest protocol. Before the first step nothing of the target has been learnt; "
        "the paper does not print it. After the last: what counts here. Best: the step from 1 on with the highest F1 "
        "on the query, each query's own, as the paper's public code chooses; only who knows the labels can. Numbers "
        f"are means over episodes and seeds; brackets are {resampling(inputs)}."
    )
    yield Figure(
        "adaptation",
        "F1 by adaptation step, a panel per method; the first, the last and the best step in numbers stand below",
        "F1 of the experiment's units after each gradient step on the support. Lines are means over episodes and "
        f"seeds, bands {resampling(inputs)}; in grey the other methods. Step 0 is before any label of the target.",
        tuple(_group(inputs, arm) for arm in shown),
    )
    for arm in shown:
        yield step_grid(inputs, arm)


def _group(inputs: Inputs, arm: str) -> PanelGroup:
    lines = [_series(inputs, arm, detector) for detector in stepwise(inputs, arm)]
    last = max(line.x[-1] for line in lines)
    panels = tuple(
        CurvePanel(line, tuple(lines), f"F1 {line.y[-1]:.3f} at last", ("step", "F1"), (0, max(last, 1)))
        for line in lines
    )
    return PanelGroup(f"{inputs.name_of(arm)}: {inputs.marked_targets(arm)}", panels)


def _series(inputs: Inputs, arm: str, detector: str) -> Series:
    curve = step_curve(inputs, arm, detector)
    return Series(detector, *(tuple(map(float, part)) for part in curve[1:]))
