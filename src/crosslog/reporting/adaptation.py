"""reports/figures/adaptation.svg: mean F1 after each adaptation step."""

from __future__ import annotations

from crosslog.reporting._adaptation_figure import adaptation_svg
from crosslog.reporting._inputs import Inputs


class Adaptation:
    """F1 by adaptation step as SVG."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/figures/adaptation.svg."""
        return {"figures/adaptation.svg": adaptation_svg(inputs)}
