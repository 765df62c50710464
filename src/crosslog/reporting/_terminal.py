"""The comparison in a terminal: the few numbers that fit."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from crosslog.reporting._inputs import Inputs
from crosslog.reporting._sections import section_of
from crosslog.reporting._tables import compact_table


def terminal_table(inputs: Inputs, experiment: str) -> Table:
    """A compact table of one experiment, with the audit's verdict below."""
    compact = compact_table(inputs, experiment)
    section = section_of(inputs, experiment)
    table = Table(
        title=compact.caption,
        caption=f"Audit: {section.verdict}",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.title_justify = table.caption_justify = "left"
    table.add_column("\nDetector", no_wrap=True)
    for head in compact.head:
        table.add_column(head, justify="right", no_wrap=True)
    for detector, cells in compact.rows:
        table.add_row(detector, *(cell.text for cell in cells))
    if section.failures:
        table.caption_style = "bold red"
    return table
