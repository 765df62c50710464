"""A run of two episodes, every number worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from crosslog import schemas
from crosslog.evaluation.evaluate import evaluate
from crosslog.evaluation.levels import EvaluationError, Run, judged, units
from crosslog.settings import EvaluateSettings


def numbers(run: Run, settings: EvaluateSettings) -> dict[tuple[str, str, str], float | None]:
    frame = evaluate(run, settings).metrics
    keys = frame.select("level", "metric", "threshold").rows()
    return dict(zip(keys, frame["value"], strict=True))


def first_episode(run: Run) -> Run:
    keep = pl.col("episode") == 0
    return replace(run, scores=run.scores.filter(keep), spans=run.spans.filter(keep))


EVENT = {
    ("precision", "fixed"): 2 / 3,
    ("recall", "fixed"): 2 / 3,
    ("f1", "fixed"): 2 / 3,
    ("recall_seen", "fixed"): 1,
    ("recall_unseen", "fixed"): 0,
    ("precision", "support"): 1,
    ("recall", "support"): 2 / 3,
    ("f1", "support"): 0.8,
    ("auroc", ""): 8 / 9,
    ("auprc", ""): (1 + 1 + 3 / 4) / 3,
    ("anomalous", ""): 0.5,
    ("support_labels", ""): 4,
    ("support_anomalies", ""): 1,
}
TYPE = {
    ("precision", "fixed"): 1,
    ("recall", "fixed"): 0.5,
    ("f1", "fixed"): 2 / 3,
    ("recall_seen", "fixed"): 1,
    ("recall_unseen", "fixed"): 0,
    ("auroc", ""): 1,
    ("auroc_unseen", ""): 1,
    ("recall_at_fpr", ""): 1,
    ("recall_at_fpr_unseen", ""): 1,
    ("support_labels", ""): 3,
    ("support_anomalies", ""): 1,
}
WINDOW = {("f1", "fixed"): 1, ("recall", "support"): 0.5, ("auroc", ""): None, ("auprc", ""): 1, ("anomalous", ""): 1}


@pytest.mark.parametrize(("level", "expected"), [("event", EVENT), ("type", TYPE), ("window", WINDOW)])
def test_one_episode_has_the_numbers_worked_out_by_hand(
    run: Run, settings: EvaluateSettings, level: str, expected: dict[tuple[str, str], float | None]
) -> None:
    found = numbers(first_episode(run), settings)
    assert {key: found[level, *key] for key in expected} == pytest.approx(expected, abs=1e-6)


def test_two_episodes_are_averaged_and_get_an_interval(run: Run, settings: EvaluateSettings) -> None:
    row = evaluate(run, settings).metrics.filter(level="event", metric="f1", threshold="fixed").row(0, named=True)
    assert row["value"] == pytest.approx((2 / 3 + 0.4) / 2, abs=1e-6)
    assert (row["low"], row["high"], row["episodes"]) == (pytest.approx(0.4), pytest.approx(2 / 3, abs=1e-6), 2)


def test_resampled_families_keep_the_value_and_change_the_interval(run: Run, settings: EvaluateSettings) -> None:
    frame = evaluate(run, settings).metrics.filter(level="event", threshold="fixed")
    plain = frame.row(by_predicate=pl.col("metric") == "recall", named=True)
    families = frame.row(by_predicate=pl.col("metric") == "recall_over_families", named=True)
    assert families["value"] == plain["value"]
    # DISK is found in the first episode only, NET in the second only: any mixture has a mean recall of one half.
    assert (families["low"], families["high"]) == pytest.approx((0.5, 0.5))
    assert plain["low"] < 0.5 < plain["high"]


def test_a_query_without_anomalies_is_undefined_and_counted_out(run: Run, settings: EvaluateSettings) -> None:
    calm = replace(run, events=run.events.with_columns(anomalous=pl.col("anomalous") & (pl.col("line") < 15)))
    frame = evaluate(calm, settings).metrics.filter(level="event", metric="f1", threshold="fixed")
    assert frame["episodes"].to_list() == [1]
    assert frame["value"].to_list() == pytest.approx([2 / 3], abs=1e-6)


def test_without_any_anomaly_there_are_no_numbers_and_no_curve(run: Run, settings: EvaluateSettings) -> None:
    calm = replace(run, events=run.events.with_columns(anomalous=pl.lit(False), label=pl.lit(None, pl.String)))
    result = evaluate(calm, settings)
    assert result.curves.is_empty()
    assert result.metrics.filter(metric="f1")["value"].null_count() == 6
    assert result.metrics.filter(metric="f1")["episodes"].sum() == 0


def test_events_of_one_score_make_a_type_of_exactly_that_score(run: Run) -> None:
    steady = judged(replace(run, scores=run.scores.with_columns(score=pl.lit(0.1, pl.Float32))))
    assert units(steady, "type")["score"].unique().to_list() == steady["score"].unique().to_list()


def test_a_message_that_the_support_shows_as_normal_is_not_seen_as_an_anomaly(run: Run) -> None:
    shown = replace(run, events=run.events.with_columns(message=pl.col("message").replace(1, 4)))
    alerts = judged(shown).filter("anomalous", episode=0, role="query")
    assert alerts.select("message", "seen").rows() == [(3, True), (3, True), (4, False)]


def test_unseen_types_are_ranked_against_all_normal_types(run: Run, settings: EvaluateSettings) -> None:
    # In the query message 3 is normal (score 0.9), though the support shows it as an anomaly; message 4 scores 0.4.
    calmer = replace(run, events=run.events.with_columns(anomalous=pl.col("anomalous") & ~pl.col("line").is_in([6, 7])))
    found = numbers(first_episode(calmer), settings)
    assert found["type", "auroc_unseen", ""] == pytest.approx(2 / 3, abs=1e-6)
    assert found["type", "recall_at_fpr_unseen", ""] == 0


def test_a_line_that_occurs_twice_is_judged_once(run: Run, settings: EvaluateSettings) -> None:
    doubled = replace(run, events=pl.concat([run.events, run.events.tail(3)]))
    assert evaluate(doubled, settings).metrics.equals(evaluate(run, settings).metrics)


def test_a_type_is_anomalous_when_more_than_half_of_its_events_are(run: Run) -> None:
    events = run.events.with_columns(anomalous=pl.col("line").is_in([5, 9]))  # one of one message 1, one of two 2
    found = units(judged(replace(run, events=events)), "type").filter(episode=0, role="query")
    assert found["anomalous"].to_list() == [True, False, False, False]


def test_the_frames_keep_their_schemas(run: Run, settings: EvaluateSettings) -> None:
    result = evaluate(run, settings)
    schemas.Metrics.validate(result.metrics)
    schemas.Audits.validate(result.audits)
    schemas.Curves.validate(result.curves)
    assert result.curves.group_by("level").len().sort("level")["len"].to_list() == [101, 101]


def test_the_order_of_rows_does_not_change_the_numbers(run: Run, settings: EvaluateSettings) -> None:
    mixed = replace(run, scores=run.scores.reverse(), spans=run.spans.reverse(), events=run.events.reverse())
    assert evaluate(mixed, settings).metrics.equals(evaluate(run, settings).metrics)


def test_a_run_without_scores_of_a_query_is_refused(run: Run, settings: EvaluateSettings) -> None:
    with pytest.raises(EvaluationError, match="e, d: no query event is scored"):
        evaluate(replace(run, scores=run.scores.filter(role="support")), settings)
    with pytest.raises(EvaluationError, match=r"queries of \[\], one target is needed"):
        evaluate(replace(run, spans=run.spans.filter(pl.col("role") != "query")), settings)
