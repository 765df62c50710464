"""reports/tables/hyper_parameters.md: what searches have chosen, and what that was worth on the sources."""

from __future__ import annotations

from crosslog.reporting._chapters import markdown_file
from crosslog.reporting._hyper_parameters import hyper_parameters
from crosslog.reporting._inputs import Inputs


class HyperParameters:
    """The chapter as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/tables/hyper_parameters.md."""
        return markdown_file(hyper_parameters(inputs), inputs)
