"""The leak audit: what must hold for a run's numbers to mean what they say, each check with the numbers behind it.

A failed check does not stop a run; the report shows it in plain sight. The checks answer patterns that were found in
published code: overlapping or unordered splits, thresholds chosen on the test set, duplicated targets, labels in reach.
Where there is nothing to check (no times, no sessions, no steps) a check neither passes nor fails.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from crosslog.evaluation import label_checks, split_checks
from crosslog.evaluation.checks import Check
from crosslog.evaluation.levels import Run


def audit_run(run: Run, frame: pl.DataFrame, choose: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """The rows of schema Audits, always the same checks in the same order.

    `frame` is what `judge` returns; `choose` makes from it the thresholds that the run's numbers are made with.
    """
    checks: list[Check] = [
        split_checks.check_roles_apart(run),
        split_checks.check_sources_apart(run),
        split_checks.check_support_apart(run),
        split_checks.check_order_by_line(run),
        split_checks.check_order_by_time(run),
        split_checks.check_sessions_whole(run),
        split_checks.check_sources(run),
        split_checks.check_nothing_twice(run),
        label_checks.check_labels_withheld(run),
        label_checks.check_scored_once(run),
        *label_checks.check_both_classes(run),
        label_checks.check_thresholds(frame, choose),
        label_checks.check_last_step(run),
    ]
    rows = pl.DataFrame(checks, schema={"check": pl.String, "passed": pl.Boolean, "detail": pl.String}, orient="row")
    return rows.select(pl.lit(run.experiment).alias("experiment"), pl.lit(run.detector).alias("detector"), pl.all())
