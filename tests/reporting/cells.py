"""Cells of a table in Markdown."""

from __future__ import annotations


def rows_below(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    below = text.split(f"## {heading}\n\n")[1].split("\n\n", maxsplit=1)[0]
    return [line.strip("| ").split(" | ") for line in below.splitlines()][2:]
