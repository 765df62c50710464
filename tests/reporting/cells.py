"""What a chapter or a whole report is in Markdown, and cells of its tables."""

from __future__ import annotations

import re

from crosslog import plugins
from crosslog.reporting.document.chapter import Chapter
from crosslog.reporting.document.markdown import markdown_files, markdown_path
from crosslog.reporting.document.report import write_report
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.wording import notices

PARTS = (
    "outcome", "comparison", "windows", "window_parts", "window_sweeps", "effectiveness", "ablations", "adaptation",
    "precision_recall", "datasets", "hyper_parameters", "reading", "provenance", "seconds",
)  # fmt: skip


def chapter_of(inputs: Inputs, name: str) -> Chapter:
    """A chapter, by the name of its file."""
    made = plugins.load_function("reporting", name, "chapter")(inputs)
    assert isinstance(made, Chapter)
    return made


def markdown_of(inputs: Inputs, name: str) -> str:
    """The file that holds a chapter, where there is no other."""
    chapter = chapter_of(inputs, name)
    files = markdown_files(f"crosslog: {inputs.suite.name}", tuple(notices(inputs)), {name: chapter})
    return files[markdown_path(name, chapter)]


def report_of(inputs: Inputs, *names: str) -> dict[str, str]:
    """Every file of a report with some chapters, or all of them."""
    return write_report(inputs, {name: chapter_of(inputs, name) for name in names or PARTS})


def rows_below(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head; links are their words."""
    below = text.split(f"# {heading}\n\n")[1].split("\n\n", maxsplit=1)[0]
    lines = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line) for line in below.splitlines()]
    return [line.strip("| ").split(" | ") for line in lines][2:]
