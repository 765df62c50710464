"""A table of the page: it scrolls in a frame of its own, its first column stays, and scripts can sort it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from crosslog.reporting.document.chapter import MISSING, Cell, Grid, Row
from crosslog.reporting.document.marks import draw_marker
from crosslog.reporting.document.svg import Looks

LONG = 40  # letters that need a wide column
BEST = Markup("Best of its column: <b>★</b> on green. ≈: the data do not tell it from the best.")


def table_html(grid: Grid, looks: Looks) -> Markup:
    """The element, with its caption above the frame that scrolls, and what its marks mean below."""
    caption = Markup('<p class="caption">{}</p>\n').format(grid.caption) if grid.caption else ""
    legend = Markup('\n<p class="legend">{}</p>').format(BEST) if grid.marked else ""
    rows = Markup("\n").join(_row(row, looks) for row in grid.rows)
    return Markup(
        '<div class="frame">\n{}<div class="scroll" role="region" tabindex="0" aria-label="{}">\n<table>\n'
        "<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody>\n</table>\n</div>{}\n</div>"
    ).format(caption, grid.caption or grid.first, Markup("").join(_heads(grid)), rows, legend)


def _heads(grid: Grid) -> Iterator[Markup]:
    yield Markup('<th scope="col">{}</th>').format(grid.first)
    for head, said in zip(grid.head, grid.said, strict=True):
        kind = Markup(' class="said"') if said else ""
        yield Markup('<th scope="col"{}>{}</th>').format(kind, head)


def _row(row: Row, looks: Looks) -> Markup:
    key, kind = "", ""
    if row.method in looks:
        drawn = Markup(draw_marker(looks[row.method], 7, 7, 4.5))
        key = Markup('<svg class="key" viewBox="0 0 14 14" aria-hidden="true">{}</svg>').format(drawn)
        kind = Markup(' class="method"')
    cells = Markup("").join(_cell(cell) for cell in row.cells)
    return Markup('<tr><th scope="row"{}>{}{}</th>{}</tr>').format(kind, key, row.name, cells)


def _cell(cell: Cell) -> Markup:
    kinds = " ".join(_kinds(cell))
    attributes = Markup(' class="{}"').format(kinds) if kinds else Markup("")
    number = _number(cell)
    if number is not None:
        attributes += Markup(' data-v="{}"').format(f"{number:g}")
    if "bar" in kinds:
        attributes += Markup(' style="--v:{}"').format(f"{cell.value:.3f}")
    interval = Markup("<small>{}</small>").format(cell.interval) if cell.interval else ""
    return Markup("<td{}>{}{}</td>").format(attributes, _text(cell), interval)


def _kinds(cell: Cell) -> Iterator[str]:
    if cell.words:
        yield "said long" if len(cell.text) > LONG else "said"
    elif "; " in cell.text:
        yield "several"
    if cell.value is not None and 0 <= cell.value <= 1 and cell.text[0] not in "+−":
        yield "bar"
    if cell.mark:
        yield cell.mark


def _number(cell: Cell) -> float | None:
    """What the column is sorted by, where a cell is or begins with a number."""
    if cell.value is not None or cell.words or cell.text == MISSING:
        return cell.value
    begins = re.match(r"−?[\d,]*\.?\d+(?=$|\s|%)", cell.text)
    return float(begins[0].replace(",", "").replace("−", "-")) if begins else None


def _text(cell: Cell) -> Markup:
    if cell.words or "; " in cell.text:
        parts = cell.text.split("; ")
        return Markup("").join(Markup("<span>{}</span>").format(part) for part in parts)
    text = Markup('<a href="{}">{}</a>').format(cell.source, cell.text) if cell.source else Markup.escape(cell.text)
    if cell.mark == "best":
        return Markup("<b>{}</b>").format(text)
    return Markup('<span class="n">{}</span>').format(text) if cell.mark else text
