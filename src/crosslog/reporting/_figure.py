"""Mean precision-recall curves as SVG: a column per experiment, a row per level, a line per detector.

The style of all figures, and how they become SVG, stands here too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslog.reporting._inputs import Inputs, Measure

# Okabe and Ito 2008, told apart with any colour vision; their yellow is left out, it is faint on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
DASHES = ("-", "--", ":", "-.")
ISO_F1 = (0.2, 0.4, 0.6, 0.8)
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
SMALL: dict[str, Any] = {"fontsize": 6.5, "color": "#8a8f98", "ha": "right", "va": "bottom"}


def precision_recall_svg(inputs: Inputs) -> str:
    """The figure; the same curves give the same bytes."""
    with mpl.rc_context(STYLE):
        names = inputs.main
        if not names:
            return sentence_svg("No honest experiment in this run.")
        levels = {name: [level for level in inputs.suite.everything[name].levels if level != "type"] for name in names}
        rows = max(map(len, levels.values()))
        figure = Figure(figsize=(3.3 * len(names) + 2.0, 3.2 * rows), layout="constrained")
        axes = figure.subplots(rows, len(names), sharex=True, sharey=True, squeeze=False)
        for (row, column), axis in np.ndenumerate(axes):
            name = names[column]
            if row < len(levels[name]):
                _draw(axis, inputs, name, levels[name][row])
                axis.set_ylabel(f"precision ({levels[name][row]}s)")
                axis.set_xlabel("recall")
            else:
                axis.set_visible(False)
        for axis, name in zip(axes[0], names, strict=True):
            axis.set_title(f"{name}\n{inputs.marked_targets(name)}", fontsize=10)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right upper", frameon=False, handlelength=2.6)
        return svg_of(figure)


def _draw(axis: Axes, inputs: Inputs, name: str, level: str) -> None:
    axis.set(xlim=(0, 1), ylim=(0, 1.02), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    _draw_iso_f1(axis)
    detectors = inputs.suite.detectors_of(name)
    for detector, colour, dashes in styled(inputs, detectors):
        curve = inputs.curves.filter(experiment=name, detector=detector, level=level).sort("recall")
        axis.plot(curve["recall"], curve["precision"], color=colour, linestyle=dashes, linewidth=1.5, label=detector)
    share = inputs.estimate(name, detectors[0], Measure(level, "anomalous")).value
    if share is not None:
        axis.axhline(share, color="#8a8f98", linewidth=1, dashes=(1, 2), label="share of anomalies", zorder=0)


def _draw_iso_f1(axis: Axes) -> None:
    for f1 in ISO_F1:
        recall = np.geomspace(f1 / (2 - f1), 1, 60)
        precision = f1 * recall / (2 * recall - f1)
        axis.plot(recall, precision, color="#dfe2e6", linewidth=0.8, zorder=0)
        axis.annotate(f"F1 {f1}", (1, precision[-1]), (-2, 2), textcoords="offset points", **SMALL)


def styled(inputs: Inputs, detectors: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Each of some detectors with its own pair of colour and dashes, the same in every figure."""
    for number, detector in enumerate(inputs.detectors):
        if detector in detectors:
            yield detector, COLOURS[number % len(COLOURS)], DASHES[number // len(COLOURS) % len(DASHES)]


def sentence_svg(sentence: str) -> str:
    """A figure that says why there is nothing to draw."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 0.8))
        figure.text(0.5, 0.5, sentence, ha="center", va="center")
        return svg_of(figure)


def svg_of(figure: Figure) -> str:
    """A figure as SVG, inside the style that it was drawn in; the same drawing gives the same bytes."""
    buffer = io.StringIO()
    # Without any metadata: neither a date nor a version changes the bytes.
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=metadata)
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())
