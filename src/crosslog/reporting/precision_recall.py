"""reports/figures/precision_recall.svg: mean precision over episodes at each recall."""

from __future__ import annotations

from crosslog.reporting._figure import precision_recall_svg
from crosslog.reporting._inputs import Inputs


class PrecisionRecall:
    """The precision-recall curves as SVG."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/figures/precision_recall.svg."""
        return {"figures/precision_recall.svg": precision_recall_svg(inputs)}
