"""Chapters as one page that opens from disk: no network, no script that it needs, light and dark, narrow and wide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crosslog.reporting.document.blocks import PageWriter, anchor_of
from crosslog.reporting.document.chapter import Chapter, ChapterBlock, Notice, Section
from crosslog.reporting.document.palette import figure_styles, looks_of

FOLDER = Path(__file__).parent


class Entry(NamedTuple):
    """A line of the contents, and those below it."""

    title: str
    anchor: str
    below: tuple[Entry, ...] = ()


class PageHead(NamedTuple):
    """A page's title and a sentence below it."""

    title: str
    lead: str


def html_page(
    head: PageHead, notices: Sequence[Notice], chapters: Mapping[str, Chapter], methods: Sequence[str]
) -> str:
    """Every chapter that is kept, in order; `methods` are all that a table or figure may name."""
    kept = {name: chapter for name, chapter in chapters.items() if chapter.kept}
    writer = PageWriter(looks_of(methods))
    body = Markup("\n").join([*writer.blocks(notices, 2), *_chapters(writer, kept)])
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.j2").render(
        title=head.title,
        lead=head.lead,
        contents=[Entry(chapter.title, name, tuple(_below(chapter.blocks))) for name, chapter in kept.items()],
        body=body,
        styles=_read("page.css"),
        figure_styles=Markup(figure_styles("svg")),
        script=_read("sort.js"),
    )


def _chapters(writer: PageWriter, chapters: Mapping[str, Chapter]) -> Iterator[Markup]:
    for name, chapter in chapters.items():
        head = Markup('<section aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2>').format(name, chapter.title)
        yield Markup("\n").join([head, *writer.blocks(chapter.blocks, 3), Markup("</section>")])


def _below(blocks: Sequence[ChapterBlock]) -> Iterator[Entry]:
    for block in blocks:
        if isinstance(block, Section) and block.anchor and not block.folded:
            yield Entry(block.title.partition(":")[0], anchor_of(block.anchor))


def _read(name: str) -> Markup:
    return Markup((FOLDER / name).read_text(encoding="utf-8").strip())
