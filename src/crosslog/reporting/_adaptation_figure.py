"""Mean F1 by adaptation step as SVG: a panel per experiment, a line with its band per detector."""

from __future__ import annotations

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crosslog.reporting._adaptation import curve, resampling, stepwise
from crosslog.reporting._figure import STYLE, sentence_svg, styled, svg_of
from crosslog.reporting._inputs import Inputs

NONE = "No detector of this run adapts in steps."


def adaptation_svg(inputs: Inputs) -> str:
    """The figure; the same steps give the same bytes."""
    names = [name for name in inputs.main if stepwise(inputs, name)]
    if not names:
        return sentence_svg(NONE)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(3.3 * len(names) + 1.6, 3.6), layout="constrained")
        axes = figure.subplots(1, len(names), sharex=True, sharey=True, squeeze=False)[0]
        for axis, name in zip(axes, names, strict=True):
            _draw(axis, inputs, name)
        axes[0].set(ylabel="F1", ylim=(0, 1.02), yticks=(0, 0.5, 1))
        lines = {label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)}
        figure.legend(lines.values(), lines, loc="outside right upper", frameon=False, handlelength=2.6)
        caption = f"Lines: means over episodes and seeds. Bands: {resampling(inputs)}."
        figure.supxlabel(caption, fontsize=7, color="#5b6675")
        return svg_of(figure)


def _draw(axis: Axes, inputs: Inputs, name: str) -> None:
    axis.set_title(f"{name}\n{inputs.marked_targets(name)}", fontsize=10)
    axis.set_xlabel("gradient steps on the support")
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    for detector, colour, dashes in styled(inputs, stepwise(inputs, name)):
        drawn = curve(inputs, name, detector)
        axis.plot(drawn.steps, drawn.mean, color=colour, linestyle=dashes, linewidth=1.6, label=detector)
        axis.fill_between(drawn.steps, drawn.low, drawn.high, color=colour, alpha=0.15, linewidth=0)
