"""reports/tables/ablations.md: the paper's ablations under both protocols, and what each adaptation step is worth."""

from __future__ import annotations

from crosslog.reporting._ablations import ablations
from crosslog.reporting._chapters import markdown_file
from crosslog.reporting._inputs import Inputs


class Ablations:
    """The chapter as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/tables/ablations.md."""
        return markdown_file(ablations(inputs), inputs)
