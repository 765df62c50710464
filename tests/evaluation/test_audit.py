"""Every check passes on a clean run and fails when its leak is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from crosslog.evaluation.audit import audit
from crosslog.evaluation.evaluate import evaluate, thresholds
from crosslog.evaluation.levels import LEVELS, Run, folds, judged
from crosslog.settings import EvaluateSettings

QUERY, SUPPORT = pl.col("role") == "query", pl.col("role") == "support"
FIRST = pl.col("episode") == 0


def with_spans(run: Run, column: str, where: pl.Expr, value: object) -> Run:
    dtype = run.spans.schema[column]
    return replace(run, spans=run.spans.with_columns(_changed(column, where, value, dtype)))


def with_scores(run: Run, column: str, where: pl.Expr, value: object) -> Run:
    dtype = run.scores.schema[column]
    return replace(run, scores=run.scores.with_columns(_changed(column, where, value, dtype)))


def _changed(column: str, where: pl.Expr, value: object, dtype: pl.DataType) -> pl.Expr:
    return pl.when(where).then(pl.lit(value, dtype)).otherwise(column).alias(column)


def swapped(run: Run) -> Run:
    roles = {"support": "query", "query": "support"}
    swap = pl.col("role").replace(roles).alias("role")
    return replace(run, spans=run.spans.with_columns(swap), scores=run.scores.with_columns(swap, labelled=QUERY))


PLANTED: dict[str, tuple[Callable[[Run], Run], str]] = {
    "spans are disjoint": (
        lambda run: with_spans(run, "last_line", (pl.col("system") == "old") & (pl.col("first_line") == 1), 3),
        "1 overlap one before: system old episode 0 role source_query",
    ),
    "support and query are disjoint": (
        lambda run: with_spans(run, "last_line", SUPPORT & FIRST, 6),
        "1 of 2 episodes share lines between support and query: episode 0",
    ),
    "support comes before query by line": (swapped, "2 of 2 supports end after their query begins"),
    "support comes before query by time": (
        lambda run: replace(run, events=run.events.with_columns(pl.col("time").reverse().over("system"))),
        "2 of 2 supports end more than 60 s after their query begins",
    ),
    "sources differ from the target": (
        lambda run: replace(run, spans=run.spans.with_columns(system=pl.lit("new"))),
        "sources new; target new",
    ),
    "windows stay inside their span": (
        lambda run: with_scores(run, "line", SUPPORT & (pl.col("line") == 4), 5),
        "1 of 8 windows reach outside their span: seed 1 episode 0 role support",
    ),
    "no line occurs twice": (
        lambda run: replace(run, events=pl.concat([run.events, run.events.tail(1)])),
        "1 of 25 events and 0 of 20 scores repeat a line",
    ),
    "query labels are withheld": (
        lambda run: with_scores(run, "labelled", pl.col("line") == 7, True),
        "labels of 1 of 12 query events were given to the detector: seed 1 episode 0 line 7",
    ),
    "the adaptation step is not chosen": (
        lambda run: replace(run, steps=run.steps.with_columns(scored=pl.col("step") == 2 - pl.col("episode"))),
        "1 of 2 folds are scored before the last step, by their query's F1: seed 1 episode 1 step 1",
    ),
    "every query event is scored once": (
        lambda run: with_scores(run, "line", pl.col("line") == 7, 8),
        "1 without a score, 1 scored more than once, 0 scores of lines that are no event of their query",
    ),
    "both classes in every support": (
        lambda run: replace(run, events=run.events.with_columns(anomalous=pl.col("anomalous") & (pl.col("line") > 4))),
        "1 of 2 have a single class; 0.00% to 25.00% anomalous: episode 0",
    ),
    "both classes in every query": (
        lambda run: replace(run, events=run.events.with_columns(anomalous=pl.col("anomalous") | (pl.col("line") > 14))),
        "1 of 2 have a single class; 50.00% to 100.00% anomalous: episode 1",
    ),
}


def findings(run: Run, settings: EvaluateSettings) -> dict[str, tuple[bool, str]]:
    rows = evaluate(run, settings).audits.select("check", "passed", "detail").iter_rows()
    return {check: (passed, detail) for check, passed, detail in rows}


def test_a_clean_run_passes_every_check(run: Run, settings: EvaluateSettings) -> None:
    found = findings(run, settings)
    assert [check for check, (passed, _) in found.items() if not passed] == []
    assert len(found) == 14


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_leak_is_found(run: Run, settings: EvaluateSettings, check: str) -> None:
    plant, words = PLANTED[check]
    passed, detail = findings(plant(run), settings)[check]
    assert not passed
    assert words in detail


def test_a_threshold_chosen_on_the_query_is_found(run: Run, settings: EvaluateSettings) -> None:
    frame = judged(run)
    upside_down = frame.with_columns(role=pl.col("role").replace({"support": "query", "query": "support"}))
    leaked = thresholds({level: folds(upside_down, level) for level in LEVELS}, settings)
    check = audit(run, frame, leaked, settings).row(
        by_predicate=pl.col("check") == "thresholds come from the support", named=True
    )
    assert not check["passed"]
    assert "thresholds differ from what their support alone gives: level event seed 1 episode" in check["detail"]


def test_a_method_without_steps_has_none_to_choose_from(run: Run, settings: EvaluateSettings) -> None:
    stepless = replace(run, steps=run.steps.clear())
    assert findings(stepless, settings)["the adaptation step is not chosen"] == (
        True,
        "the method has no adaptation steps",
    )


def test_unknown_times_are_said_not_to_be_checked(run: Run, settings: EvaluateSettings) -> None:
    timeless = replace(run, events=run.events.with_columns(time=pl.lit(None, pl.Datetime("us", "UTC"))))
    assert findings(timeless, settings)["support comes before query by time"] == (
        True,
        "not checked: no event has a known time",
    )


def test_messages_that_the_support_has_shown_are_counted(run: Run, settings: EvaluateSettings) -> None:
    _, detail = findings(run, settings)["messages of the query in the support"]
    assert detail == (
        "information: 10 of 12 query events (83.3%), and 66.7% of the anomalous ones, have a message that also occurs "
        "in the support"
    )
