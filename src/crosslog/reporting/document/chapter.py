"""A chapter as data: words, tables and figures in order, which the writers turn into Markdown and into a page."""

from __future__ import annotations

from typing import Literal, NamedTuple

from crosslog.reporting.document.panels import Figure

MISSING = "–"


class Link(NamedTuple):
    """Prose that lead to a file, relative to the report's folder, or to an anchor of the page (`#…`)."""

    text: str
    target: str


class Strong(NamedTuple):
    """Prose that must be seen."""

    text: str


class Code(NamedTuple):
    """What stands so in a file."""

    text: str


Prose = str | tuple[str | Link | Strong | Code, ...]
"""A paragraph; nothing in a string is markup."""


class Once(NamedTuple):
    """A paragraph that explains: where several chapters bring it, the page has the first alone."""

    words: Prose


class Bullets(NamedTuple):
    """Paragraphs that belong together."""

    lines: tuple[Prose, ...]


class Notice(NamedTuple):
    """What a reader must know before any number; `bad`: do not rely on them."""

    head: str
    words: Prose
    bad: bool = False


class Cell(NamedTuple):
    """A number as text, with its interval and its value (0 to 1) where it has them; or words.

    `mark`: the best of its column, or a number that the data do not tell apart from the best. `source`: the file that
    the number stands in, relative to the report's folder.
    """

    text: str = MISSING
    interval: str = ""
    value: float | None = None
    words: bool = False  # set as text: to the left, in as many lines as it needs
    mark: Literal["", "best", "tied"] = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.interval}" if self.interval else self.text


class Row(NamedTuple):
    """A name and what is said of it; `method` where the name is, or begins with, that of a detector."""

    name: str
    cells: tuple[Cell, ...]
    method: str = ""


class Grid(NamedTuple):
    """A table: caption, column heads, and rows under the head `first`."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    first: str = "Detector"

    @property
    def said(self) -> list[bool]:
        """Which columns hold words, the first aside."""
        return [any(row.cells[column].words for row in self.rows) for column in range(len(self.head))]

    @property
    def marked(self) -> bool:
        """Whether any number is marked."""
        return any(cell.mark for row in self.rows for cell in row.cells)

    def without_empty_columns(self) -> Grid:
        """The same without columns in which nothing is known."""
        kept = [place for place in range(len(self.head)) if any(row.cells[place].text != MISSING for row in self.rows)]
        rows = tuple(row._replace(cells=tuple(row.cells[place] for place in kept)) for row in self.rows)
        return self._replace(head=tuple(self.head[place] for place in kept), rows=rows)


class Section(NamedTuple):
    """Blocks below a heading; `folded`: the page shows them on demand. `badge`: simulated, or weak labels."""

    title: str
    blocks: tuple[ChapterBlock, ...]
    folded: bool = False
    badge: str = ""
    anchor: str = ""


ChapterBlock = Prose | Once | Bullets | Notice | Grid | Figure | Section


class Chapter(NamedTuple):
    """What a file of reporting/ makes of a run.

    `front`: it stands in comparison.md itself, which links to all others. `kept`: its numbers come back; where they do
    not, as seconds do, it is a Markdown file of its own that nothing keeps, and not on the page.
    """

    title: str
    blocks: tuple[ChapterBlock, ...]
    front: bool = False
    kept: bool = True
