"""How LogSynergy depends on its numbers (its Fig. 4), and on which system teaches which (Fig. 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crosslog.reporting.document.chapter import Cell, Chapter, ChapterBlock, Grid, Row
from crosslog.reporting.document.panels import CurvePanel, Figure, PanelGroup, Series
from crosslog.reporting.numbers.inputs import Estimate, Inputs, Measure
from crosslog.reporting.numbers.measures import number_cell
from crosslog.reporting.papers.windows import METHOD, window_arms

F1 = Measure("window", "f1", "fixed")
SWEPT = {  # a field, what the paper calls it, and the field of the split that bounds it
    "information_weight": ("lambda_MI", ""),
    "source_windows": ("n_s, windows of each source", "source"),
    "target_windows": ("n_t, windows of the target", "support"),
}
FEWEST = 3  # values that make a sweep


class SweptPoint(NamedTuple):
    """A value of what is swept, and the detector that has it."""

    value: float
    detector: str


def chapter(inputs: Inputs) -> Chapter:
    """Sweeps and pairs; nothing where the run has none."""
    blocks = [*_sweeps(inputs), *_pairs(inputs)]
    return Chapter("Windows: sweeps and pairs", tuple(blocks))


def _sweeps(inputs: Inputs) -> Iterator[ChapterBlock]:
    for arm in window_arms(inputs):
        found = {field: points for field in SWEPT if len(points := _points(inputs, arm, field)) >= FEWEST}
        if found:
            yield (
                "One number of LogSynergy is changed at a time; all values are judged on the same windows of each "
                f"target ({inputs.name_of(arm)}), and the rest is as in params.yaml."
            )
            yield from (_grid(inputs, arm, field, points) for field, points in found.items())
            yield _figure(inputs, arm, found)


def _points(inputs: Inputs, arm: str, field: str) -> list[SweptPoint]:
    """The method and its variants that differ from it in this field alone, by their value."""
    whole = inputs.detectors[METHOD]
    points = {}
    for detector in inputs.suite.detectors_of(arm):
        block = inputs.detectors[detector]
        if set(block) == set(whole) and {name for name in whole if block[name] != whole[name]} <= {field}:
            points[_bounded(inputs, arm, field, float(str(block[field])))] = detector
    return sorted(SweptPoint(value, detector) for value, detector in points.items())


def _bounded(inputs: Inputs, arm: str, field: str, value: float) -> float:
    """What the split gives at most."""
    bound = SWEPT[field][1]
    return min(value, float(getattr(inputs.suite.everything[arm].split, bound))) if bound else value


def _grid(inputs: Inputs, arm: str, field: str, points: list[SweptPoint]) -> Grid:
    targets = inputs.suite.everything[arm].targets
    rows = [
        Row(f"{point.value:g}", tuple(number_cell(_f1(inputs, arm, point, target)) for target in targets))
        for point in points
    ]
    name = SWEPT[field][0]
    return Grid(f"F1 by {name}", tuple(map(inputs.marked, targets)), tuple(rows), name)


def _f1(inputs: Inputs, arm: str, point: SweptPoint, target: str) -> Estimate:
    return inputs.estimate(arm, point.detector, F1, target)


def _figure(inputs: Inputs, arm: str, found: dict[str, list[SweptPoint]]) -> Figure:
    """Values stand at even distances, in their order."""
    groups = []
    for field, points in found.items():
        lines = [_series(inputs, arm, points, target) for target in inputs.suite.everything[arm].targets]
        values = ", ".join(f"{point.value:g}" for point in points)
        panels = tuple(
            CurvePanel(line, tuple(lines), inputs.marked(target), ("value, in order", "F1"), (1, len(points)))
            for line, target in zip(lines, inputs.suite.everything[arm].targets, strict=True)
        )
        groups.append(PanelGroup(f"{SWEPT[field][0]}: {values}", panels))
    words = "F1 of windows by lambda_MI, n_s and n_t, a panel per target; the tables above have the same numbers"
    return Figure(
        f"window_sweeps_{inputs.name_of(arm)}",
        words,
        f"{words}. Values stand in their order, one beside the next.",
        tuple(groups),
    )


def _series(inputs: Inputs, arm: str, points: list[SweptPoint], target: str) -> Series:
    numbers = [_f1(inputs, arm, point, target) for point in points]
    places = tuple(float(place) for place in range(1, len(points) + 1))
    y, low, high = (
        tuple(float("nan") if value is None else value for value in each)
        for each in zip(*(number[:3] for number in numbers), strict=True)
    )
    return Series(METHOD, places, y, low, high)


def _pairs(inputs: Inputs) -> Iterator[ChapterBlock]:
    """F1 of the method from each source alone, a row, on each target, a column."""
    found: dict[str, dict[str, Cell]] = {}
    for arm in window_arms(inputs):
        each = inputs.suite.everything[arm]
        if len(each.teachers) == 1 and isinstance(each.sources, tuple):
            cells = {target: number_cell(inputs.estimate(arm, METHOD, F1, target)) for target in each.targets}
            found.setdefault(each.teachers[0], {}).update(cells)
    targets = list(dict.fromkeys(target for cells in found.values() for target in cells))
    if len(found) > 1:
        rows = tuple(
            Row(inputs.marked(source), tuple(cells.get(target, Cell()) for target in targets))
            for source, cells in found.items()
        )
        yield Grid("F1 of LogSynergy from one source to one target", tuple(map(inputs.marked, targets)), rows, "Source")
