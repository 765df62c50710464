"""Figures as SVG: each panel a small picture with its own size, so that a page can flow them; one file for all of them.

Written here rather than by a plotting library, because a panel is to keep its size in letters from a phone to a wide
screen, take the page's colours, light or dark, and be the same to the byte on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from crosslog.reporting.document.curves import CURVE_SIZE, draw_curves, draw_others
from crosslog.reporting.document.dots import dot_size, draw_dots
from crosslog.reporting.document.palette import Look, figure_styles
from crosslog.reporting.document.panels import CurvePanel, DotPanel, Figure, PanelGroup

FILE_WIDTH = 920  # of a file, in pixels
GAP, HEADING = 8, 34

Looks = Mapping[str, Look]
Size = tuple[int, int]


def panel_size(panel: CurvePanel | DotPanel) -> Size:
    """Width and height in pixels."""
    return CURVE_SIZE if isinstance(panel, CurvePanel) else dot_size(panel)


def panel_svgs(group: PanelGroup, looks: Looks, name: str) -> Iterator[str]:
    """Each panel of a group as an element of a page; what all share is drawn in the first, under an id with `name`."""
    for number, panel in enumerate(group.panels):
        width, height = panel_size(panel)
        size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        yield f'<svg {size} role="img" aria-label="{escape(_told(panel))}">{_body(panel, looks, name, number)}</svg>'


def _told(panel: CurvePanel | DotPanel) -> str:
    if isinstance(panel, CurvePanel):
        return f"{panel.series.method}, {panel.note}"
    told = (f"{dot.method} {dot.value:.3f}" for dot in panel.dots if dot.value is not None)
    return f"{panel.title}, {panel.axis}: {', '.join(told)}"


def _body(panel: CurvePanel | DotPanel, looks: Looks, name: str, number: int) -> str:
    if isinstance(panel, DotPanel):
        return draw_dots(panel, looks)
    shared = f'<defs><path id="{name}" d="{draw_others(panel)}"/></defs>' if number == 0 else ""
    return shared + draw_curves(panel, looks, name)


def figure_svg(figure: Figure, looks: Looks) -> str:
    """A figure as a file of its own, light or dark as its reader's screen is; the same figure gives the same bytes."""
    parts, top = [], 0
    for number, group in enumerate(figure.groups):
        parts.append(f'<text class="head" x="{GAP}" y="{top + 22}">{escape(group.title)}</text>')
        height, placed = _placed(group, looks, f"others-{number}", top + HEADING)
        parts += placed
        top += HEADING + height
    styles = figure_styles("svg")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{FILE_WIDTH}" height="{top}" viewBox="0 0 {FILE_WIDTH} {top}" '
        f'role="img" aria-label="{escape(figure.description)}">\n<style>\n{styles}\n</style>\n'
        f'<rect class="paper" width="100%" height="100%"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _placed(group: PanelGroup, looks: Looks, name: str, top: int) -> tuple[int, list[str]]:
    """How high a group's rows are, and its panels, from the left and from `top` on."""
    left = below = row = 0
    placed = []
    for number, panel in enumerate(group.panels):
        width, height = panel_size(panel)
        if left and left + width > FILE_WIDTH:
            left, below, row = 0, below + row + GAP, 0
        body = _body(panel, looks, name, number)
        placed.append(f'<g transform="translate({left} {top + below})">{body}</g>')
        left, row = left + width + GAP, max(row, height)
    return below + row + GAP, placed
