"""Blocks of a chapter as elements of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markupsafe import Markup

from crosslog.reporting.document.chapter import (
    Bullets,
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
from crosslog.reporting.document.svg import Looks, panel_svgs
from crosslog.reporting.document.table import table_html


class PageWriter:
    """Writes the blocks of one page; what explains and stands on it already does not stand on it again."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._told: set[Prose] = set()

    def blocks(self, blocks: Iterable[ChapterBlock], depth: int) -> Iterator[Markup]:
        """Elements in order, headings from `depth` on."""
        for block in blocks:
            match block:
                case Section():
                    yield self._section(block, depth)
                case Grid():
                    yield table_html(block, self._looks)
                case Bullets():
                    lines = Markup("\n").join(Markup("<li>{}</li>").format(words_html(line)) for line in block.lines)
                    yield Markup("<ul>\n{}\n</ul>").format(lines)
                case Notice():
                    yield _notice(block)
                case Figure():
                    yield self._figure(block)
                case Once():
                    if block.words not in self._told:
                        self._told.add(block.words)
                        yield Markup("<p>{}</p>").format(words_html(block.words))
                case _:
                    yield Markup("<p>{}</p>").format(words_html(block))

    def _section(self, section: Section, depth: int) -> Markup:
        inner = Markup("\n").join(self.blocks(section.blocks, depth + 1))
        anchor = Markup(' id="{}"').format(anchor_of(section.anchor)) if section.anchor else ""
        badges = Markup("").join(
            Markup(' <span class="badge">{}</span>').format(mark) for mark in section.badge.split(", ") if mark
        )
        if section.folded:
            kind = Markup(' class="arm"') if section.anchor else ""
            head = Markup("<summary>{}{}</summary>").format(section.title, badges)
            return Markup("<details{}{}>\n{}\n{}\n</details>").format(kind, anchor, head, inner)
        return Markup("<h{0}{1}>{2}{3}</h{0}>\n{4}").format(depth, anchor, section.title, badges, inner)

    def _figure(self, figure: Figure) -> Markup:
        groups = []
        for number, group in enumerate(figure.groups):
            panels = Markup("\n").join(map(Markup, panel_svgs(group, self._looks, f"{figure.name}-{number}")))
            groups.append(Markup('<h4>{}</h4>\n<div class="panels">\n{}\n</div>').format(group.title, panels))
        drawn, caption = Markup("\n").join(groups), Markup("<figcaption>{}</figcaption>").format(figure.caption)
        return Markup('<figure aria-label="{}">\n{}\n{}\n</figure>').format(figure.description, drawn, caption)


def _notice(notice: Notice) -> Markup:
    kind = "notice failed" if notice.bad else "notice"
    return Markup('<p class="{}"><strong>{}</strong> {}</p>').format(kind, notice.head, words_html(notice.words))


def words_html(words: Prose) -> Markup:
    """A paragraph's inside; what is no part of ours is text, never markup."""
    parts = (words,) if isinstance(words, str) else words
    return Markup("").join(map(_part, parts))


def _part(part: str | Link | Strong | Code) -> Markup | str:
    match part:
        case Link():
            return Markup('<a href="{}">{}</a>').format(part.target, part.text)
        case Strong():
            return Markup("<strong>{}</strong>").format(part.text)
        case Code():
            return Markup("<code>{}</code>").format(part.text)
        case _:
            return part


def anchor_of(name: str) -> str:
    """An id of the page: `experiment/arm` has a stroke where ids have none."""
    return "at-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)
