"""Figures of benchmarks as SVG: one style, the palette of the report, and the same bytes for the same drawing."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

STYLE: dict[Any, Any] = {
    "svg.hashsalt": "crosslog",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a8f98",
    "axes.linewidth": 0.8,
}


def svg_of(figure: Figure) -> str:
    """A figure as SVG, inside the style that it was drawn in."""
    buffer = io.StringIO()
    # Without any metadata: neither a date nor a version changes the bytes.
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=metadata)
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())
