"""What the leak audit found, check by check over all detectors of an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from crosslog.reporting.document.chapter import Cell, Grid, Row
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.measures import word_cell


class AuditFinding(NamedTuple):
    """One check of the audit over all detectors of an experiment."""

    check: str
    made: bool  # for any detector: there was something to check
    failed: tuple[str, ...]  # detectors
    details: tuple[str, ...]  # distinct ones; of the failed where any failed


def audit_findings(inputs: Inputs, arm: str) -> list[AuditFinding]:
    """Every check, in the audit's order."""
    found = []
    for (check,), rows in inputs.audits.filter(experiment=arm).group_by("check", maintain_order=True):
        failed = rows.filter(~pl.col("passed"))
        shown = rows if failed.is_empty() else failed
        details = shown["detail"].unique(maintain_order=True).to_list()
        made = rows["passed"].is_not_null().any()
        found.append(AuditFinding(str(check), made, tuple(failed["detector"]), tuple(details)))
    return found


def failed_checks(inputs: Inputs, arm: str) -> list[AuditFinding]:
    """Checks that at least one detector's run failed."""
    return [finding for finding in audit_findings(inputs, arm) if finding.failed]


def audit_verdict(findings: Sequence[AuditFinding]) -> str:
    """The audit in one sentence."""
    made = [finding for finding in findings if finding.made]
    if failed := [finding for finding in findings if finding.failed]:
        return f"{len(failed)} of {len(made)} checks FAILED."
    left = len(findings) - len(made)
    return f"All {len(made)} checks passed for every detector" + (f"; {left} had nothing to check." if left else ".")


def audit_grid(findings: Sequence[AuditFinding]) -> Grid:
    """Every check with its result and numbers."""
    rows = tuple(Row(finding.check, (_result(finding), word_cell("; ".join(finding.details)))) for finding in findings)
    return Grid("Audit", ("Result", "Numbers"), rows, "Check")


def _result(finding: AuditFinding) -> Cell:
    if finding.failed:
        return word_cell(f"FAILED: {', '.join(finding.failed)}")
    return word_cell("passed" if finding.made else "nothing to check")
