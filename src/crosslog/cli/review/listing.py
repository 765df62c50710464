"""Rows of a system in the terminal, those most worth a look, or a verdict, first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from crosslog.cli.review import rows
from crosslog.cli.review.judging import order_by_help
from crosslog.cli.terminal import say
from crosslog.interpretation.review import decisions
from crosslog.interpretation.review.ordering import order_by_worth

LONGEST_SHOWN = 300  # characters of a text in a list


def show_open(system: str, limit: int) -> None:
    """Print the rows that wait for a person."""
    waiting = order_by_worth(rows.load_system_rows(system), rows.load_other_rows(system)).filter(decisions.is_open())
    listing = _listing(
        f"{system}: {waiting.height} to review", "line, template, sentence and what may be wrong with it"
    )
    for row in waiting.head(limit).iter_rows(named=True):
        remarks = (row["problems"], row["near"] and f"as {row['near']}", row["note"] and f"note: {row['note']}")
        listing.add_row(*_start(row), _told(row, *filter(None, remarks)))
    _print(listing, waiting.height, limit)


def show_to_judge(system: str, limit: int) -> None:
    """Print the rows whose verdict helps most."""
    waiting = order_by_help(system, rows.load_system_rows(system), rows.load_other_rows(system))
    listing = _listing(
        f"{system}: {waiting.height} not judged", "line, template, sentence and the chance of an anomaly"
    )
    for row in waiting.head(limit).iter_rows(named=True):
        listing.add_row(*_start(row), _told(row, f"{row['chance']:.0%} anomalous"))
    _print(listing, waiting.height, limit)
    say(f"crosslog review judge {system} KEY normal|anomalous|depends")


def shorten_text(text: str) -> str:
    """A text on one line, and with a mark where it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 2]} …"


def _listing(title: str, *columns: str) -> Table:
    table = Table("key", "events", title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    table.columns[1].justify = "right"
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _start(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["key"][: rows.SHORT_KEY], f"{row['occurrences']:,}"


def _told(row: Mapping[str, Any], *remarks: str) -> Group:
    told = [Text(shorten_text(row[name]), style="dim") for name in ("example", "template")]
    told.append(Text(shorten_text(row["interpretation"])))
    return Group(*told, *(Text(f"  {shorten_text(remark)}", style="yellow") for remark in remarks), Text(""))


def _print(listing: Table, rows_in_all: int, limit: int) -> None:
    Console().print(listing)
    if rows_in_all > limit:
        say(f"… {rows_in_all - limit} more: --limit {rows_in_all}")
