"""reports/tables/effectiveness.md: the paper's main tables under both protocols, and the control."""

from __future__ import annotations

from crosslog.reporting._chapters import markdown_file
from crosslog.reporting._effectiveness import effectiveness
from crosslog.reporting._inputs import Inputs


class Effectiveness:
    """The chapter as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/tables/effectiveness.md."""
        return markdown_file(effectiveness(inputs), inputs)
