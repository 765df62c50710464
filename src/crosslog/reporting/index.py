"""reports/index.html: everything on one page that opens from disk, without scripts and without a network."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crosslog.reporting._ablations import ablations
from crosslog.reporting._adaptation import resampling
from crosslog.reporting._adaptation_figure import adaptation_svg
from crosslog.reporting._datasets import datasets
from crosslog.reporting._effectiveness import effectiveness
from crosslog.reporting._figure import precision_recall_svg
from crosslog.reporting._hyper_parameters import hyper_parameters
from crosslog.reporting._inputs import Inputs
from crosslog.reporting._sections import how_to_read, sections, simulated_notice

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
            chapters=(datasets(inputs), effectiveness(inputs), ablations(inputs), hyper_parameters(inputs)),
            curves=inlined(precision_recall_svg(inputs), "curves"),
            adaptation=inlined(adaptation_svg(inputs), "adaptation"),
            resampling=resampling(inputs),
            simulated=simulated_notice(inputs),
            how_to_read=how_to_read(inputs),
        )
        return {"index.html": page}


def inlined(svg: str, name: str) -> Markup:
    """An SVG file as an element of an HTML page: without prologue and namespaces, which HTML knows by itself.

    `name` goes before every id: two figures of a page must not share any.
    """
    element = svg[svg.index("<svg") :]
    element = re.sub(r' xmlns(:\w+)?="[^"]*"', "", element)
    element = element.replace("xlink:href", "href")
    element = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", element)
    # The page sets the size; the view box keeps the proportions.
    return Markup(re.sub(r'^<svg width="[^"]*" height="[^"]*"', "<svg", element))
