"""A heading with paragraphs and tables below it: what is a file of its own in Markdown is a section of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crosslog.reporting._inputs import Inputs
from crosslog.reporting._sections import simulated_notice
from crosslog.reporting._tables import Table, markdown


class Chapter(NamedTuple):
    """Paragraphs and tables, in order."""

    name: str
    title: str
    blocks: tuple[str | Table, ...]


def markdown_file(chapter: Chapter, inputs: Inputs) -> dict[str, str]:
    """reports/tables/<name>.md."""
    blocks = [f"# {chapter.title}: {inputs.suite.name}", *markdown_notice(inputs)]
    for block in chapter.blocks:
        blocks += [block] if isinstance(block, str) else [f"## {block.caption}", markdown(block)]
    return {f"tables/{chapter.name}.md": "\n\n".join(blocks) + "\n"}


def markdown_notice(inputs: Inputs) -> Iterator[str]:
    """That systems are simulated, where some are."""
    if notice := simulated_notice(inputs):
        yield f"> **Simulated:** {notice}"
