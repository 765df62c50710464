"""The comparison in a terminal: the few numbers that fit."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from crosslog.reporting.numbers.audits import audit_findings, audit_verdict
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.measures import compact_grid


def terminal_table(inputs: Inputs, arm: str) -> Table:
    """A compact table of one arm, the best of each column bold, with the audit's verdict below."""
    compact, findings = compact_grid(inputs, arm), audit_findings(inputs, arm)
    table = Table(
        title=compact.caption,
        caption=f"Audit: {audit_verdict(findings)}",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.title_justify = table.caption_justify = "left"
    table.add_column("\nDetector", no_wrap=True)
    for head in compact.head:
        table.add_column(head, justify="right", no_wrap=True)
    for row in compact.rows:
        table.add_row(row.name, *(f"[bold]{cell.text}[/]" if cell.mark == "best" else cell.text for cell in row.cells))
    if any(finding.failed for finding in findings):
        table.caption_style = "bold red"
    return table
