"""reports/comparison.md: per experiment the table of all detectors, the label budget and the audit."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting._inputs import Inputs
from crosslog.reporting._sections import Section, how_to_read, sections
from crosslog.reporting._tables import Table


class Comparison:
    """The comparison as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/comparison.md."""
        blocks = [f"# Comparison: {inputs.suite.name}", *_notice(inputs)]
        for section in sections(inputs):
            blocks += _section(section)
        blocks += ["## How to read the tables", "\n".join(f"- {line}" for line in how_to_read(inputs))]
        return {"reports/comparison.md": "\n\n".join(blocks) + "\n"}


def _notice(inputs: Inputs) -> Iterator[str]:
    if inputs.simulated:
        yield (
            f"> **Simulated:** {', '.join(inputs.simulated)}. Their lines were made by this repository; they show that "
            "the pipeline works, not how good a method is."
        )


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.name}: {section.title}"
    for table in section.tables:
        yield f"### {table.caption}"
        yield markdown(table)
    if section.remark:
        yield section.remark
    yield section.budget
    yield f"**Audit:** {section.verdict}"
    if section.failures:
        yield "\n".join(
            f"- **FAILED: {finding.check}** ({', '.join(finding.failed)}): {' | '.join(finding.details)}"
            for finding in section.failures
        )


def markdown(table: Table) -> str:
    """A table in GitHub's Markdown."""
    lines = [["Detector", *table.head], ["---", *["---:"] * len(table.head)]]
    lines += [[detector, *map(str, cells)] for detector, cells in table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
