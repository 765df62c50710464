"""A panel of lines: one method in its colour, dashes and marker before all others in grey."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from crosslog.reporting.document.marks import draw_marker
from crosslog.reporting.document.palette import Look
from crosslog.reporting.document.panels import CurvePanel, Series

CURVE_SIZE = (172, 176)
CURVE_LEFT, CURVE_RIGHT, CURVE_TOP, CURVE_BOTTOM = 34, 164, 44, 146  # of the field that lines are drawn in
LONGEST_TITLE = 19  # letters that fit into a panel
ISO_F1 = (0.2, 0.4, 0.6, 0.8)

Point = tuple[float, float]


def draw_curves(panel: CurvePanel, looks: Mapping[str, Look], others: str) -> str:
    """What is inside of the panel's `svg`; `others` is the id of the path that draws all methods in grey."""
    look = looks[panel.series.method]
    return "".join(
        (
            draw_marker(look, 14, 14, 4.5),
            _name(panel.series.method),
            f'<text class="soft" x="8" y="34">{escape(panel.note)}</text>',
            *_axes(panel),
            f'<use href="#{others}" class="other"/>',
            *_line(panel, look),
        )
    )


def _name(method: str) -> str:
    """Squeezed where it is longer than the panel is wide."""
    squeezed = ' textLength="144" lengthAdjust="spacingAndGlyphs"' if len(method) > LONGEST_TITLE else ""
    return f'<text class="head" x="24" y="18"{squeezed}>{escape(method)}</text>'


def draw_others(panel: CurvePanel) -> str:
    """The path of all methods of a group, this one too."""
    return "".join(_path(_points(panel, line.x, line.y)) for line in panel.others)


def _axes(panel: CurvePanel) -> Iterator[str]:
    middle, (first, last) = (CURVE_LEFT + CURVE_RIGHT) // 2, panel.x_range
    if panel.iso_f1:
        yield f'<path class="rule" fill="none" d="{"".join(_iso_f1(panel))}"/>'
    yield f'<path class="axis" fill="none" d="M{CURVE_LEFT} {CURVE_TOP}V{CURVE_BOTTOM}H{CURVE_RIGHT}"/>'
    for text, height in (("1", CURVE_TOP + 4), ("0", CURVE_BOTTOM + 4)):
        yield f'<text class="soft" x="{CURVE_LEFT - 5}" y="{height}" text-anchor="end">{text}</text>'
    for text, x in ((f"{first:g}", CURVE_LEFT), (f"{last:g}", CURVE_RIGHT)):
        yield f'<text class="soft" x="{x}" y="{CURVE_BOTTOM + 15}" text-anchor="middle">{text}</text>'
    yield f'<text class="soft" x="{middle}" y="{CURVE_BOTTOM + 15}" text-anchor="middle">{escape(panel.axes[0])}</text>'
    centre = (CURVE_TOP + CURVE_BOTTOM) / 2
    turned = f'transform="rotate(-90 {CURVE_LEFT - 8} {centre:g})" x="{CURVE_LEFT - 8}" y="{centre:g}"'
    yield f'<text class="soft" {turned} text-anchor="middle">{escape(panel.axes[1])}</text>'
    if panel.floor is not None:
        y = _y(panel.floor)
        yield f'<path class="axis" stroke-dasharray="1 3" d="M{CURVE_LEFT} {y:g}H{CURVE_RIGHT}"/>'


def _iso_f1(panel: CurvePanel) -> Iterator[str]:
    for f1 in ISO_F1:
        least = f1 / (2 - f1)
        recalls = [least + (1 - least) * step / 12 for step in range(13)]
        yield _path(_points(panel, recalls, [f1 * recall / (2 * recall - f1) for recall in recalls]))


def _line(panel: CurvePanel, look: Look) -> Iterator[str]:
    line = panel.series
    yield from _band(panel, line, look)
    points = _points(panel, line.x, line.y)
    dashes = f' stroke-dasharray="{look.dashes}"' if look.dashes else ""
    yield f'<path class="line s{look.colour}"{dashes} d="{_path(points)}"/>'
    shown = [point for point in points if not any(map(math.isnan, point))]
    if shown:
        yield draw_marker(look, *shown[-1], 3.5)


def _band(panel: CurvePanel, line: Series, look: Look) -> Iterator[str]:
    upper = _points(panel, line.x, line.high)
    lower = _points(panel, line.x, line.low)
    corners = [point for point in (*upper, *reversed(lower)) if not any(map(math.isnan, point))]
    if corners:
        yield f'<path class="band f{look.colour}" d="{_path(corners)}Z"/>'


def _points(panel: CurvePanel, x: Iterable[float], y: Iterable[float]) -> list[Point]:
    """Places in pixels, to a tenth."""
    first, last = panel.x_range
    width = (CURVE_RIGHT - CURVE_LEFT) / (last - first)
    return [(round(CURVE_LEFT + width * (across - first), 1), _y(up)) for across, up in zip(x, y, strict=False)]


def _y(value: float) -> float:
    return round(CURVE_BOTTOM - (CURVE_BOTTOM - CURVE_TOP) * value, 1)


def _path(points: list[Point]) -> str:
    """A path through some points, without those that lie between two at their height; NaN starts a new one."""
    told, pen = [], "M"
    for place, (x, y) in enumerate(points):
        if math.isnan(x) or math.isnan(y):
            pen = "M"
            continue
        inner = 0 < place < len(points) - 1 and points[place - 1][1] == y == points[place + 1][1]
        if pen == "M" or not inner:
            told.append(f"{pen}{x:g} {y:g}")
        pen = "L"
    return "".join(told)
