"""A run of two episodes, every number worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from crosslog import schemas
from crosslog.evaluation.evaluate import evaluate
from crosslog.evaluation.levels import EvaluationError, Run, collect_units, judge
from crosslog.settings import Cut, EvaluateSettings


def numbers(run: Run, settings: EvaluateSettings) -> dict[tuple[str, str, str], float | None]:
    frame = evaluate(run, settings).metrics
    keys = frame.select("level", "metric", "threshold").rows()
    return dict(zip(keys, frame["value"], strict=True))


def first_episode(run: Run) -> Run:
    keep = pl.col("episode") == 0
    return replace(run, scores=run.scores.filter(keep), windows=run.windows.filter(keep))


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
    assert (row["low"], row["high"], row["folds"]) == (pytest.approx(0.4), pytest.approx(2 / 3, abs=1e-6), 2)
    assert row["resampled"] == "episodes"


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
    assert frame["folds"].to_list() == [1]
    assert frame["value"].to_list() == pytest.approx([2 / 3], abs=1e-6)


def test_without_any_anomaly_there_are_no_numbers_and_no_curve(run: Run, settings: EvaluateSettings) -> None:
    calm = replace(run, events=run.events.with_columns(anomalous=pl.lit(False), label=pl.lit(None, pl.String)))
    result = evaluate(calm, settings)
    assert result.curves.is_empty()
    assert result.metrics.filter(metric="f1")["value"].null_count() == 6
    assert result.metrics.filter(metric="f1")["folds"].sum() == 0


def test_events_of_one_score_make_a_type_of_exactly_that_score(run: Run) -> None:
    steady = judge(replace(run, scores=run.scores.with_columns(score=pl.lit(0.1, pl.Float32))))
    assert collect_units(steady, "type", "event")["score"].unique().to_list() == steady["score"].unique().to_list()


def test_a_message_that_the_support_shows_as_normal_is_not_seen_as_an_anomaly(run: Run) -> None:
    shown = replace(run, events=run.events.with_columns(message=pl.col("message").replace(1, 4)))
    alerts = judge(shown).filter("anomalous", episode=0, role="query")
    assert alerts.select("message", "seen").rows() == [(3, True), (3, True), (4, False)]


def test_unseen_types_are_ranked_against_all_normal_types(run: Run, settings: EvaluateSettings) -> None:
    # In the query message 3 is normal (score 0.9), though the support shows it as an anomaly; message 4 scores 0.4.
    calmer = replace(run, events=run.events.with_columns(anomalous=pl.col("anomalous") & ~pl.col("line").is_in([6, 7])))
    found = numbers(first_episode(calmer), settings)
    assert found["type", "auroc_unseen", ""] == pytest.approx(2 / 3, abs=1e-6)
    assert found["type", "recall_at_fpr_unseen", ""] == 0


def test_a_type_is_anomalous_when_more_than_half_of_its_events_are(run: Run) -> None:
    events = run.events.with_columns(anomalous=pl.col("line").is_in([5, 9]))  # one of one message 1, one of two 2
    found = collect_units(judge(replace(run, events=events)), "type", "event").filter(episode=0, role="query")
    assert found["anomalous"].to_list() == [True, False, False, False]


def test_the_frames_keep_their_schemas(run: Run, settings: EvaluateSettings) -> None:
    result = evaluate(run, settings)
    schemas.Metrics.validate(result.metrics)
    schemas.Audits.validate(result.audits)
    schemas.Curves.validate(result.curves)
    schemas.Resamples.validate(result.resamples)
    assert result.curves.group_by("level").len().sort("level")["len"].to_list() == [101, 101]


def test_an_interval_lies_between_percentiles_of_the_resamples_that_are_kept(
    run: Run, settings: EvaluateSettings
) -> None:
    result = evaluate(run, settings)
    of_f1 = {"level": "event", "metric": "f1", "threshold": "fixed"}
    kept = result.resamples.filter(**of_f1)["value"]
    low, high = result.metrics.filter(**of_f1).select("low", "high").row(0)
    assert len(kept) == settings.resamples
    assert (low, high) == pytest.approx((kept.quantile(0.025, "linear"), kept.quantile(0.975, "linear")), abs=1e-5)


def test_two_detectors_meet_the_same_resamples(run: Run, settings: EvaluateSettings) -> None:
    worse = replace(run, detector="other", scores=run.scores.with_columns(score=pl.lit(0.0, pl.Float32)))
    ours, theirs = evaluate(run, settings).resamples, evaluate(worse, settings).resamples
    names = ["level", "metric", "threshold", "resample"]
    assert ours.select(names).equals(theirs.select(names))
    same = evaluate(replace(run, detector="same"), settings).resamples
    assert same.equals(ours)


def test_the_order_of_rows_does_not_change_the_numbers(run: Run, settings: EvaluateSettings) -> None:
    mixed = replace(run, scores=run.scores.reverse())
    assert evaluate(mixed, settings).metrics.equals(evaluate(run, settings).metrics)


def test_a_run_without_scores_of_a_query_is_refused(run: Run, settings: EvaluateSettings) -> None:
    with pytest.raises(EvaluationError, match="e, d: no query is scored"):
        evaluate(replace(run, scores=run.scores.filter(role="support")), settings)
    with pytest.raises(EvaluationError, match="e, d: no query is scored"):
        evaluate(replace(run, windows=run.windows.filter(pl.col("role") != "query")), settings)


FIRST_LINES = {"support": [1, 4], "query": [5, 8]}


def as_windows(run: Run) -> Run:
    """The same windows, each scored as a whole, by the highest of its events."""
    highest = {
        (0, "support"): [0.9, 0.5],
        (0, "query"): [0.9, 0.6],
        (1, "support"): [0.9, 0.5],
        (1, "query"): [0.3, 0.8],
    }
    rows = [
        (
            1,
            "new",
            episode,
            episode,
            role,
            unit,
            FIRST_LINES[role][unit] + 10 * episode,
            score,
            role == "support",
            "old",
        )
        for (episode, role), scores in highest.items()
        for unit, score in enumerate(scores)
    ]
    settings = run.settings.model_copy(update={"unit": "window"})
    return replace(run, settings=settings, scores=pl.DataFrame(rows, schema=run.scores.schema, orient="row"))


def test_windows_have_the_numbers_that_their_highest_events_gave_and_no_event_has_one(
    run: Run, settings: EvaluateSettings
) -> None:
    of_events, of_windows = (evaluate(each, settings).metrics for each in (run, as_windows(run)))
    assert of_windows["level"].unique().sort().to_list() == ["type", "window"]
    whole, summed = (frame.filter(level="window") for frame in (of_windows, of_events))
    for metric in ("f1", "precision", "recall", "auprc", "support_labels", "recall_seen", "recall_unseen"):
        assert whole.filter(metric=metric)["value"].to_list() == summed.filter(metric=metric)["value"].to_list(), metric


def test_the_type_of_a_window_is_the_set_of_its_messages(run: Run) -> None:
    found = judge(as_windows(run)).filter(role="query").select("episode", "unit", "type", "seen", "label").rows()
    # Queries are [1, 3, 3] and [4, 2, 2] in both episodes; the support has shown 3 as an anomaly, and 4 never.
    types = [row[2] for row in found]
    assert [row[3:] for row in found] == [(True, "DISK"), (False, "NET")] * 2
    assert types[:2] == types[2:]
    assert types[0] != types[1]


def test_a_session_is_seen_only_where_the_support_shows_its_whole_set_of_messages(run: Run) -> None:
    settings = run.settings.model_copy(update={"unit": "session", "cut": Cut(by="session")})
    named = run.events.with_columns(session=pl.col("line").cast(pl.String))
    of_sessions = replace(as_windows(run), settings=settings, events=named)
    assert settings.levels == ("session", "type")
    seen = judge(of_sessions).filter(role="query").select("unit", "seen").rows()
    assert seen == [(0, True), (1, False)] * 2  # {1, 3} is there, in other numbers; {2, 4} is not


def test_a_single_query_is_resampled_in_blocks(run: Run, settings: EvaluateSettings) -> None:
    frame = evaluate(first_episode(run), settings).metrics
    row = frame.filter(level="event", metric="f1", threshold="fixed").row(0, named=True)
    assert row["resampled"] == "blocks"
    assert row["low"] < row["value"] < row["high"]
    assert evaluate(first_episode(run), settings).metrics.equals(frame)


def test_several_targets_have_their_numbers_and_their_mean(run: Run, settings: EvaluateSettings) -> None:
    def second(frame: pl.DataFrame, column: str) -> pl.DataFrame:
        return frame.with_columns(pl.when(pl.col("episode") == 1).then(pl.lit("newer")).otherwise(column).alias(column))

    both = run.settings.model_copy(update={"target": ("new", "newer")})
    events = pl.concat([run.events, run.events.with_columns(system=pl.lit("newer"))])
    apart = replace(
        run, settings=both, scores=second(run.scores, "target"), windows=second(run.windows, "system"),
        steps=second(run.steps, "target"), events=events,
    )  # fmt: skip
    rows = evaluate(apart, settings).metrics.filter(level="event", metric="f1", threshold="fixed")
    values = {row["target"]: (row["value"], row["resampled"]) for row in rows.iter_rows(named=True)}
    assert values == {
        "new": (pytest.approx(2 / 3, abs=1e-6), "blocks"),
        "newer": (pytest.approx(0.4, abs=1e-6), "blocks"),
        "*": (pytest.approx((2 / 3 + 0.4) / 2, abs=1e-6), "targets"),
    }


def test_budget_threshold_and_what_was_seen_are_those_of_the_support_that_was_given(
    run: Run, settings: EvaluateSettings
) -> None:
    """The second episode is scored by a detector that had the first one's support, which shows NET and not DISK."""
    events = run.events.with_columns(message=pl.when(pl.col("line") == 3).then(4).otherwise("message").cast(pl.UInt32))
    first = run.scores.filter(pl.col("role") == "support", pl.col("episode") == 0)
    scores = pl.concat(
        [
            run.scores.filter(pl.col("episode") == 0),
            run.scores.filter(pl.col("role") == "query", pl.col("episode") == 1).with_columns(
                support=pl.lit(0, pl.UInt32)
            ),
            first.with_columns(episode=pl.lit(1, pl.UInt32)),
        ]
    )
    frame = judge(replace(run, events=events, scores=scores))
    seen = frame.filter(pl.col("role") == "query", pl.col("episode") == 1, pl.col("anomalous")).select(
        "message", "seen"
    )
    assert seen.rows() == [(3, False), (3, False), (4, True)]
    budget = numbers(replace(run, events=events, scores=scores), settings)["event", "support_labels", ""]
    assert budget == 4
