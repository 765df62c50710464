"""Every experiment: the table of all detectors, what was carried over, the label budget and the audit."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import Bullets, Chapter, ChapterBlock, Section, Strong
from crosslog.reporting.numbers.audits import AuditFinding, audit_findings, audit_grid, audit_verdict
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.measures import targets_grid, transfer_grid, unit_grid
from crosslog.reporting.numbers.wording import arm_badge, arm_title, budget, remarks


def chapter(inputs: Inputs) -> Chapter:
    """The main experiments, and folded what else there is of them: other protocols, ablations, controls."""
    main = inputs.main
    others = [arm for arm in inputs.suite.everything if arm not in main]
    arms = (*main, *others)
    return Chapter("Every method", tuple(_section(inputs, arm, folded=arm in others) for arm in arms), front=True)


def _section(inputs: Inputs, arm: str, *, folded: bool) -> Section:
    title = f"{inputs.name_of(arm)}: {arm_title(inputs, arm)}"
    return Section(title, tuple(_blocks(inputs, arm)), folded, arm_badge(inputs, arm), arm)


def _blocks(inputs: Inputs, arm: str) -> Iterator[ChapterBlock]:
    yield unit_grid(inputs, arm)
    if by_target := targets_grid(inputs, arm):
        yield by_target
    yield transfer_grid(inputs, arm)
    yield from remarks(inputs, arm)
    yield budget(inputs, arm)
    yield from _audit(audit_findings(inputs, arm))


def _audit(findings: list[AuditFinding]) -> Iterator[ChapterBlock]:
    """The verdict, what failed, and all checks on demand."""
    yield (Strong("Audit:"), f" {audit_verdict(findings)}")
    failed = [finding for finding in findings if finding.failed]
    if failed:
        yield Bullets(
            tuple(
                (
                    Strong(f"FAILED: {finding.check}"),
                    f" ({', '.join(finding.failed)}): {' | '.join(finding.details)}",
                )
                for finding in failed
            )
        )
    yield Section("Every check of the audit", (audit_grid(findings),), folded=True)
