"""reports/tables/datasets.md: what the logs of a run add up to, beside what the paper prints of them."""

from __future__ import annotations

from crosslog.reporting._chapters import markdown_file
from crosslog.reporting._datasets import datasets
from crosslog.reporting._inputs import Inputs


class Datasets:
    """The chapter as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/tables/datasets.md."""
        return markdown_file(datasets(inputs), inputs)
