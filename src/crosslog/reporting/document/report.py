"""The report's files: chapters in Markdown and on a page, their figures, and numbers for DVC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crosslog.reporting.document.chapter import Chapter, ChapterBlock, Section
from crosslog.reporting.document.exports import curves_csv, metrics_json
from crosslog.reporting.document.html import PageHead, html_page
from crosslog.reporting.document.markdown import markdown_files
from crosslog.reporting.document.palette import looks_of
from crosslog.reporting.document.panels import Figure
from crosslog.reporting.document.svg import figure_svg
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.wording import notices


def write_report(inputs: Inputs, chapters: Mapping[str, Chapter]) -> dict[str, str]:
    """Texts by their path in the report's folder; the same inputs give the same bytes, but for seconds.

    A chapter that has nothing to say of a run is left out.
    """
    chapters = {name: chapter for name, chapter in chapters.items() if chapter.blocks}
    told, title = tuple(notices(inputs)), f"crosslog: {inputs.suite.name}"
    looks = looks_of(inputs.detectors)
    figures = {
        f"figures/{figure.name}.svg": figure_svg(figure, looks)
        for chapter in chapters.values()
        for figure in _figures(chapter.blocks)
    }
    return {
        **markdown_files(title, told, chapters),
        **figures,
        "index.html": html_page(PageHead(title, _lead(inputs)), told, chapters, tuple(inputs.detectors)),
        "metrics.json": metrics_json(inputs),
        "curves.csv": curves_csv(inputs),
    }


def _figures(blocks: Sequence[ChapterBlock]) -> Iterator[Figure]:
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Section):
            yield from _figures(block.blocks)


def _lead(inputs: Inputs) -> str:
    experiments, detectors = len(inputs.groups), len(inputs.detectors)
    return (
        "Which lines of a new system are anomalous, learnt from other systems and a few labels: "
        f"{detectors} detectors on {experiments} {'experiment' if experiments == 1 else 'experiments'}."
    )
