"""How good labels are against the number of templates judged: a row per system, a line per order of judging."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib as mpl
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench._matplotlib import STYLE, svg_of
from crosslog.reporting.document.palette import LIGHT as COLOURS


class Panel(NamedTuple):
    """A column of the figure: what is drawn, and which curves."""

    title: str
    measure: str  # f1 or recall
    unjudged: str  # normal or nearest


PANELS = (
    Panel("F1, unjudged templates normal", "f1", "normal"),
    Panel("recall, unjudged templates normal", "recall", "normal"),
    Panel("F1, unjudged templates as the nearest judged", "f1", "nearest"),
)


def draw_judging(curves: pl.DataFrame, most: int) -> Figure:
    """The figure of judged templates.

    Parameters
    ----------
    curves : system, order, unjudged, judged, and each of f1 and recall with its `_low` and `_high` (null: no interval)
    most : how many judged templates the axis reaches to
    """
    with mpl.rc_context(STYLE):
        systems = curves["system"].unique(maintain_order=True).to_list()
        figure = Figure(figsize=(10.5, 1.9 * len(systems) + 0.8), layout="constrained")
        axes = figure.subplots(len(systems), len(PANELS), sharex=True, sharey=True, squeeze=False)
        for row, system in enumerate(systems):
            for column, panel in enumerate(PANELS):
                drawn = curves.filter(pl.col("judged") <= most, system=system, unjudged=panel.unjudged)
                _draw(axes[row, column], drawn, panel.measure)
            axes[row, 0].set_ylabel(system, fontsize=8)
        for axis, panel in zip(axes[0], PANELS, strict=True):
            axis.set_title(panel.title, fontsize=9)
        for axis in axes[-1]:
            axis.set_xlabel("templates judged")
        axes[0, 0].set(xlim=(0, most), ylim=(0, 1.02))
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
        return figure


def format_svg(figure: Figure) -> bytes:
    """The figure as SVG; the same curves give the same bytes."""
    with mpl.rc_context(STYLE):
        return svg_of(figure).encode()


def _draw(axis: Axes, curves: pl.DataFrame, measure: str) -> None:
    for colour, order in zip(COLOURS, curves["order"].unique(maintain_order=True), strict=False):
        curve = curves.filter(order=order).sort("judged")
        axis.plot(curve["judged"], curve[measure], color=colour, linewidth=1.4, label=order)
        if curve[f"{measure}_low"].null_count() == 0:
            low, high = curve[f"{measure}_low"], curve[f"{measure}_high"]
            axis.fill_between(curve["judged"], low, high, color=colour, alpha=0.15, linewidth=0)
