"""reports/comparison.md: per experiment the table of all detectors, the label budget and the audit."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting._chapters import markdown_notice
from crosslog.reporting._inputs import Inputs
from crosslog.reporting._sections import Section, how_to_read, sections
from crosslog.reporting._tables import markdown


class Comparison:
    """The comparison as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/comparison.md."""
        blocks = [f"# Comparison: {inputs.suite.name}", *markdown_notice(inputs)]
        for section in sections(inputs):
            blocks += _section(section)
        blocks += ["## How to read the tables", "\n".join(f"- {line}" for line in how_to_read(inputs))]
        return {"comparison.md": "\n\n".join(blocks) + "\n"}


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
