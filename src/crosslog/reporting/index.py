"""reports/index.html: everything on one page that opens from disk, without scripts and without a network."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crosslog.reporting._figure import precision_recall_svg
from crosslog.reporting._inputs import Inputs
from crosslog.reporting._sections import how_to_read, sections

TEMPLATE = "page.html.j2"


class Index:
    """The report as one self-contained page."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/index.html."""
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        page = environment.get_template(TEMPLATE).render(
            inputs=inputs,
            sections=sections(inputs),
            figure=inlined(precision_recall_svg(inputs)),
            how_to_read=how_to_read(inputs),
        )
        return {"reports/index.html": page}


def inlined(svg: str) -> Markup:
    """An SVG file as an element of an HTML page: without prologue and namespaces, which HTML knows by itself."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r' xmlns(:\w+)?="[^"]*"', "", element)
    element = element.replace("xlink:href", "href")
    # The page sets the size; the view box keeps the proportions.
    return Markup(re.sub(r'^<svg width="[^"]*" height="[^"]*"', "<svg", element))
