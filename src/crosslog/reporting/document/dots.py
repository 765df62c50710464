"""A panel of dots with intervals: a method a row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from html import escape

from crosslog.reporting.document.marks import draw_marker
from crosslog.reporting.document.palette import Look
from crosslog.reporting.document.panels import Dot, DotPanel

DOTS_LEFT, DOTS_RIGHT, DOTS_WIDTH = 128, 318, 330
DOTS_TOP, ROW, FOOT = 40, 20, 34
LETTER = 6.4  # pixels


def dot_size(panel: DotPanel) -> tuple[int, int]:
    """Width and height in pixels."""
    return DOTS_WIDTH + _beyond(panel), DOTS_TOP + ROW * len(panel.dots) + FOOT


def _beyond(panel: DotPanel) -> int:
    """By how many pixels the longest name is wider than the room for names."""
    longest = max((len(dot.method) for dot in panel.dots), default=0)
    return max(0, math.ceil(LETTER * longest) + 14 - DOTS_LEFT)


def draw_dots(panel: DotPanel, looks: Mapping[str, Look]) -> str:
    """What is inside of the panel's `svg`."""
    rows = (_row(dot, looks[dot.method], DOTS_TOP + ROW * (place + 0.5)) for place, dot in enumerate(panel.dots))
    drawn = "".join((*_axis(panel), *rows))
    title = f'<text class="head" x="8" y="18">{escape(panel.title)}</text>'
    return f'{title}<g transform="translate({_beyond(panel)} 0)">{drawn}</g>'


def _axis(panel: DotPanel) -> Iterator[str]:
    bottom = DOTS_TOP + ROW * len(panel.dots)
    for share in (0, 0.25, 0.5, 0.75, 1):
        yield f'<path class="rule" d="M{_x(share):g} {DOTS_TOP - 4}V{bottom}"/>'
    for text, share in (("0", 0), (".5", 0.5), ("1", 1)):
        yield f'<text class="soft" x="{_x(share):g}" y="{bottom + 13}" text-anchor="middle">{text}</text>'
    yield f'<text class="soft" x="{_x(0.5):g}" y="{bottom + 27}" text-anchor="middle">{escape(panel.axis)}</text>'


def _row(dot: Dot, look: Look, y: float) -> str:
    name = f'<text x="{DOTS_LEFT - 10}" y="{y + 4:g}" text-anchor="end">{escape(dot.method)}</text>'
    if dot.value is None:
        return f'{name}<text class="soft" x="{DOTS_LEFT}" y="{y + 4:g}">not defined</text>'
    parts = [name]
    if dot.low is not None and dot.high is not None:
        line = f"M{_x(dot.low):g} {y:g}H{_x(dot.high):g}"
        parts.append(f'<path class="line s{look.colour}" d="{line}"/>')
    if dot.other is not None:
        x = _x(dot.other)
        parts.append(f'<path class="soft-dot" stroke-width="1.6" d="M{x:g} {y - 6:g}V{y + 6:g}"/>')
    return "".join((*parts, draw_marker(look, _x(dot.value), y, 4.2, hollow=dot.hollow)))


def _x(share: float) -> float:
    return round(DOTS_LEFT + (DOTS_RIGHT - DOTS_LEFT) * share, 1)
