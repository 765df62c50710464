"""Every check passes on a clean run and fails when its leak is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from crosslog.evaluation.audit import audit_run
from crosslog.evaluation.evaluate import choose_thresholds, evaluate
from crosslog.evaluation.levels import Run, judge
from crosslog.settings import Cut, EvaluateSettings

QUERY, SUPPORT = pl.col("role") == "query", pl.col("role") == "support"
FIRST = pl.col("episode") == 0


def with_windows(run: Run, column: str, where: pl.Expr, value: object) -> Run:
    return replace(run, windows=run.windows.with_columns(_changed(run.windows, column, where, value)))


def with_scores(run: Run, column: str, where: pl.Expr, value: object) -> Run:
    return replace(run, scores=run.scores.with_columns(_changed(run.scores, column, where, value)))


def _changed(frame: pl.DataFrame, column: str, where: pl.Expr, value: object) -> pl.Expr:
    return pl.when(where).then(pl.lit(value, frame.schema[column])).otherwise(column).alias(column)


def swap(run: Run) -> Run:
    swapped = pl.col("role").replace({"support": "query", "query": "support"}).alias("role")
    return replace(
        run, windows=run.windows.with_columns(swapped), scores=run.scores.with_columns(swapped, labelled=QUERY)
    )


def cut_by_session(run: Run) -> Run:
    """Sessions of three events and of one, but one that reaches over into the query."""
    session = (pl.col("line") - 1).cast(pl.Float64) * 10 // 25
    settings = run.settings.model_copy(update={"cut": Cut(by="session", length=3)})
    return replace(run, settings=settings, events=run.events.with_columns(session=session.cast(pl.String)))


PLANTED: dict[str, tuple[Callable[[Run], Run], str]] = {
    "supports and queries are disjoint": (
        lambda run: with_windows(run, "first", QUERY & FIRST & (pl.col("last") == 7), 3),
        "1 events are in several: target new line 4",
    ),
    "what teaches is disjoint": (
        lambda run: replace(run, taught=run.taught.with_columns(last=pl.lit(4, pl.UInt64))),
        "1 systems teach; 2 of their events are in support and query: system old position 2",
    ),
    "support and query share no event": (
        lambda run: with_windows(run, "last", SUPPORT & FIRST, 6),
        "1 of 2 queries share events with the support that was given: target new episode 0 support 0",
    ),
    "support comes before query by line": (swap, "2 of 2 queries begin before the support that was given has ended"),
    "support comes before query by time": (
        lambda run: replace(run, events=run.events.with_columns(pl.col("time").reverse().over("system"))),
        "2 of 2 queries begin more than 60 s before the support that was given ends",
    ),
    "no session is in support and query": (cut_by_session, "2 of 6 sessions of queries are in the support, too"),
    "sources differ from the target": (
        lambda run: with_scores(run, "sources", FIRST, "old new"),
        "1 of 2 targets were taught by themselves, by nobody or by a stranger; new: old; new: old, new",
    ),
    "no line and no score occurs twice": (
        lambda run: replace(run, events=pl.concat([run.events, run.events.tail(1)])),
        "1 of 21 events and 0 of 20 scores are there twice",
    ),
    "query labels are withheld": (
        lambda run: with_scores(run, "labelled", QUERY & FIRST & (pl.col("unit") == 2), True),
        "labels of 1 of 12 query units were given to the detector: seed 1 target new episode 0 unit 2",
    ),
    "the adaptation step is not chosen": (
        lambda run: replace(run, steps=run.steps.with_columns(scored=pl.col("step") == 2 - pl.col("episode"))),
        "1 of 2 folds are scored before the last step, by their query's F1: seed 1 target new episode 1 step 1",
    ),
    "every unit of a query is scored once": (
        lambda run: replace(
            run, scores=pl.concat([run.scores.filter(pl.col("line") != 7), run.scores.filter(pl.col("line") == 8)])
        ),
        "1 without a score, 1 scored more than once, 0 scores of what is in no query",
    ),
    "both classes in every support": (
        lambda run: replace(run, events=run.events.with_columns(anomalous=pl.col("anomalous") & (pl.col("line") > 4))),
        "1 of 2 have a single class; 0.00% to 25.00% anomalous: target new episode 0",
    ),
    "both classes in every query": (
        lambda run: replace(run, events=run.events.with_columns(anomalous=pl.col("anomalous") | (pl.col("line") > 14))),
        "1 of 2 have a single class; 50.00% to 100.00% anomalous: target new episode 1",
    ),
}


def findings(run: Run, settings: EvaluateSettings) -> dict[str, tuple[bool | None, str]]:
    rows = evaluate(run, settings).audits.select("check", "passed", "detail").iter_rows()
    return {check: (passed, detail) for check, passed, detail in rows}


def test_a_clean_run_passes_every_check_that_there_is_anything_to_check_by(
    run: Run, settings: EvaluateSettings
) -> None:
    found = findings(run, settings)
    assert [check for check, (passed, _) in found.items() if not passed] == ["no session is in support and query"]
    assert found["no session is in support and query"] == (None, "not checked: the cut is not by session")
    assert len(found) == 14
    assert {*found} == {*PLANTED, "thresholds do not hang on queries"}


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_leak_is_found(run: Run, settings: EvaluateSettings, check: str) -> None:
    plant, words = PLANTED[check]
    passed, detail = findings(plant(run), settings)[check]
    assert passed is False
    assert words in detail


def test_scores_of_other_lines_than_the_query_s_are_found(run: Run, settings: EvaluateSettings) -> None:
    shifted = replace(
        run, scores=run.scores.with_columns(line=pl.when(FIRST).then(pl.col("line") + 1).otherwise("line"))
    )
    passed, detail = findings(shifted, settings)["every unit of a query is scored once"]
    assert passed is False
    assert "6 without a score, 0 scored more than once, 6 scores of what is in no query" in detail


def test_a_threshold_chosen_on_the_query_is_found(run: Run, settings: EvaluateSettings) -> None:
    def peek(frame: pl.DataFrame) -> pl.DataFrame:
        upside_down = frame.with_columns(role=pl.col("role").replace({"support": "query", "query": "support"}))
        return choose_thresholds(run, upside_down, settings)

    rows = audit_run(run, judge(run), peek)
    check = rows.row(by_predicate=pl.col("check") == "thresholds do not hang on queries", named=True)
    assert check["passed"] is False
    assert "thresholds change when the queries are turned round: level event seed 1 target new" in check["detail"]


def test_order_and_overlap_are_those_of_the_support_that_was_given(run: Run, settings: EvaluateSettings) -> None:
    later = with_scores(run, "support", FIRST, 1)
    found = findings(later, settings)
    words = "1 of 2 queries begin before the support that was given has ended: target new episode 0 support 1"
    assert found["support comes before query by line"] == (False, words)
    assert findings(with_scores(run, "support", ~FIRST, 0), settings)["support comes before query by line"][0]


def test_a_method_without_steps_has_none_to_choose_from(run: Run, settings: EvaluateSettings) -> None:
    stepless = replace(run, steps=run.steps.clear())
    assert findings(stepless, settings)["the adaptation step is not chosen"] == (
        None,
        "not checked: the method has no adaptation steps",
    )


def test_unknown_times_are_said_not_to_be_checked(run: Run, settings: EvaluateSettings) -> None:
    timeless = replace(run, events=run.events.with_columns(time=pl.lit(None, pl.Datetime("us", "UTC"))))
    assert findings(timeless, settings)["support comes before query by time"] == (
        None,
        "not checked: no event has a known time",
    )
