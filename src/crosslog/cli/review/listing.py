"""Rows of a system in the terminal, those most worth a look, or a verdict, first."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from crosslog.cli.review import rows
from crosslog.cli.review.judging import order_by_help
from crosslog.cli.terminal import escape_markup, say
from crosslog.interpretation.review import decisions
from crosslog.interpretation.review.ordering import order_by_worth


def show_open(system: str, limit: int) -> None:
    """Print the rows that wait for a person."""
    waiting = order_by_worth(rows.load_system_rows(system), rows.load_other_rows(system)).filter(decisions.is_open())
    listing = _listing(f"{system}: {waiting.height} to review", "interpretation", "problems")
    for row in waiting.head(limit).iter_rows(named=True):
        near = f"as {row['near']}" if row["near"] else ""
        remarks = "\n".join(filter(None, [row["problems"], near, row["note"] and f"note: {row['note']}"]))
        listing.add_row(*_start(row), escape_markup(row["interpretation"]), escape_markup(remarks))
    _print(listing, waiting.height, limit)


def show_to_judge(system: str, limit: int) -> None:
    """Print the rows whose verdict helps most."""
    waiting = order_by_help(system, rows.load_system_rows(system), rows.load_other_rows(system))
    listing = _listing(f"{system}: {waiting.height} not judged", "interpretation", "chance")
    for row in waiting.head(limit).iter_rows(named=True):
        listing.add_row(*_start(row), escape_markup(row["interpretation"]), f"{row['chance']:.0%}")
    _print(listing, waiting.height, limit)
    say("crosslog review SYSTEM --verdict KEY normal|anomalous|depends")


def _listing(title: str, *columns: str) -> Table:
    table = Table("key", "occurrences", "template", *columns, title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    table.columns[1].justify = "right"
    return table


def _start(row: dict[str, str]) -> tuple[str, str, str]:
    return row["key"][: rows.SHORT_KEY], str(row["occurrences"]), escape_markup(row["template"])


def _print(listing: Table, rows_in_all: int, limit: int) -> None:
    Console().print(listing)
    if rows_in_all > limit:
        say(f"… {rows_in_all - limit} more: --limit {rows_in_all}")
