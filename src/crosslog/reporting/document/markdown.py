"""Chapters as GitHub's Markdown: comparison.md with those in front, and a file of its own for each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from crosslog.reporting.document.chapter import (
    Bullets,
    Cell,
    Chapter,
    ChapterBlock,
    Code,
    Grid,
    Link,
    Notice,
    Once,
    Prose,
    Section,
    Strong,
)
from crosslog.reporting.document.panels import Figure

FRONT = "comparison.md"
LEGEND = "**Bold**: the best of its column. ≈: not told apart from the best."


def markdown_files(title: str, notices: Sequence[Notice], chapters: Mapping[str, Chapter]) -> dict[str, str]:
    """Texts by their path in the report's folder."""
    files = {}
    front: list[str] = [f"# {title}", *(_notice(notice) for notice in notices)]
    more = []
    for name, chapter in chapters.items():
        path = markdown_path(name, chapter)
        if path == FRONT:
            front += _chapter(chapter, 2, "")
            continue
        up = "../" * path.count("/")
        head = [f"# {chapter.title}: {title.partition(': ')[2] or title}", *(_notice(notice) for notice in notices)]
        files[path] = _text([*head, *_blocks(chapter.blocks, 2, up)])
        if chapter.kept:
            more.append(f"- [{chapter.title}]({path})")
    if more:
        front += ["## More", "\n".join(more)]
    return {FRONT: _text(front), **files}


def markdown_path(name: str, chapter: Chapter) -> str:
    """Where a chapter stands in Markdown."""
    if chapter.front and chapter.kept:
        return FRONT
    return f"tables/{name}.md" if chapter.kept else f"{name}.md"


def _text(blocks: Sequence[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _chapter(chapter: Chapter, depth: int, up: str) -> Iterator[str]:
    yield f"{'#' * depth} {chapter.title}"
    yield from _blocks(chapter.blocks, depth + 1, up)


def _blocks(blocks: Sequence[ChapterBlock], depth: int, up: str) -> Iterator[str]:
    """`up` leads from the file to the report's folder."""
    for block in blocks:
        match block:
            case Section():
                yield f"{'#' * depth} {block.title}"
                yield from _blocks(block.blocks, depth + 1, up)
            case Grid():
                if block.caption:
                    yield f"{'#' * depth} {block.caption}"
                yield grid_markdown(block, up)
                if block.marked:
                    yield LEGEND
            case Bullets():
                yield "\n".join(f"- {_words(line, up)}" for line in block.lines)
            case Notice():
                yield _notice(block)
            case Once():
                yield _words(block.words, up)
            case Figure():
                yield f"![{block.description}]({up}figures/{block.name}.svg)"
                yield block.caption
            case _:
                yield _words(block, up)


def _notice(notice: Notice) -> str:
    return f"> **{notice.head}** {_words(notice.words, '')}"


def grid_markdown(grid: Grid, up: str = "") -> str:
    """A table; a row's name leads to the file that its numbers stand in, or each number where they stand in several."""
    lines = [[grid.first, *grid.head], ["---", *("---" if said else "---:" for said in grid.said)]]
    for row in grid.rows:
        sources = sorted({cell.source for cell in row.cells if cell.source})
        name = _escape(row.name)
        one = f"[{name}]({up}{sources[0]})" if len(sources) == 1 else name
        lines.append([one, *(_cell(cell, up if len(sources) > 1 else None) for cell in row.cells)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: Cell, up: str | None) -> str:
    """A bar or a break would end a cell. `up`: the number leads to its file, from where the table stands."""
    text = _escape(cell.text)
    text = f"[{text}]({up}{cell.source})" if up is not None and cell.source else text
    text = f"**{text}**" if cell.mark == "best" else text
    return f"{text} {cell.interval}".strip() + " ≈" * (cell.mark == "tied")


def _words(words: Prose, up: str) -> str:
    if isinstance(words, str):
        return words
    return "".join(_part(part, up) for part in words)


def _part(part: str | Link | Strong | Code, up: str) -> str:
    match part:
        case Link():
            target = part.target if part.target.startswith("#") else up + part.target
            return f"[{part.text}]({target})"
        case Strong():
            return f"**{part.text}**"
        case Code():
            return f"`{part.text}`"
        case _:
            return part


def _escape(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|")
