"""What is known of templates without labels: each part, the score that joins them, and the reasons."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from crosslog.detection.hints.buckets import Buckets, count_buckets, merge_buckets
from crosslog.detection.hints.joining import PART_WEIGHTS, Meanings, score_templates
from crosslog.detection.hints.meaning import KnownTexts, compare_meanings
from crosslog.detection.hints.reasons import explain_silence
from crosslog.detection.hints.words import extract_fault_word, find_fault_words

NOTHING = merge_buckets([])
EAST, NORTH = np.float32([[1, 0], [0, 1]])
SCHEMA = {"template_id": pl.UInt32, "text": pl.String, "count": pl.UInt64}


def facts(*counts: int, **columns: list[object]) -> pl.DataFrame:
    usual = {"template_id": range(len(counts)), "text": ["all well"] * len(counts), "count": counts}
    return pl.DataFrame({**usual, **columns}, schema_overrides=SCHEMA)


def part(name: str, frame: pl.DataFrame, buckets: Buckets = NOTHING) -> list[float | None]:
    found: list[float | None] = score_templates(frame, buckets)[name].to_list()
    return found


def known(anomalous: list[bool]) -> KnownTexts:
    return KnownTexts(
        np.stack([EAST, NORTH]), ["disk", "link"], ["A disk broke.", "A link is up."], np.array(anomalous)
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("all well", 0),
        ("read ERROR on disk", 1),
        ("java.io.IOException: <*>", 1),
        ("get_fatal_syndrome", 1),
        ("connection timed out", 0.5),
        ("no errors found", 0.5),
        ("link lost, then restored", 0.25),
        ("terror", 1),  # ends as an error does
        ("failover done", 0),
        ("shutdown", 0),
    ],
)
def test_fault_words_are_whole_and_can_be_taken_back(text: str, found: float) -> None:
    assert pl.DataFrame({"text": [text]}).select(find_fault_words(pl.col("text"))).item() == found


def test_the_strong_word_is_named_before_the_weak() -> None:
    texts = pl.DataFrame({"text": ["lost: read failed", "path lost", "fine"]})
    assert texts.select(extract_fault_word(pl.col("text"))).to_series().to_list() == ["failed", "lost", None]


def test_rarity_falls_with_the_logarithm_of_the_count() -> None:
    assert part("rarity", facts(1, 10, 989)) == pytest.approx([1, 1 - np.log(10) / np.log(1000), 0], abs=0.002)


def test_what_the_baseline_has_not_is_new_and_what_comes_as_often_is_not() -> None:
    new, same, more = part("novelty", facts(5, 1000, 1000, baseline_count=[0, 1000, 10]))
    assert new == 1
    assert same == 0
    assert more == pytest.approx(1)


def test_a_chance_change_of_a_few_events_is_not_new() -> None:
    assert part("novelty", facts(3, 1000, baseline_count=[1, 1000]))[0] == 0


def test_severity_counts_from_info_to_emergency() -> None:
    found = part("severity", facts(1, 1, 1, 997, levels=[7, 4, None, 1]))
    assert found[0] == pytest.approx(1 - 0.001)
    assert found[1] == pytest.approx(0.5 * (1 - 0.002))
    assert found[2:] == [None, 0]


def test_in_a_log_full_of_errors_a_level_and_a_fault_word_say_little() -> None:
    frame = facts(99, 1, levels=[4, 1], text=["error", "all well"])
    assert part("severity", frame)[0] == pytest.approx(0.5 * 0.01)
    assert part("fault_words", frame) == pytest.approx([0.01, 0])


def storm(templates: list[int], seconds: list[int]) -> Buckets:
    times = [second * 1_000_000 for second in seconds]
    columns = {"template_id": templates, "time": times, "line": range(1, len(times) + 1)}
    return count_buckets(pl.DataFrame(columns, schema={"template_id": pl.UInt32, "time": pl.Int64, "line": pl.UInt64}))


def test_a_large_burst_weighs_more_than_a_small_one() -> None:
    buckets = storm([0] * 100 + [1] * 80 + [2] * 5, [*range(100), *[40] * 80, *[60] * 5])
    spread, large, small = part("burst", facts(100, 80, 5), buckets)
    assert spread == pytest.approx(0)
    assert large is not None
    assert small == pytest.approx((np.log(6) / np.log(186)) ** 0.5)
    assert large > small


def test_meaning_names_the_nearest_fault_and_is_nothing_where_ordinary_texts_are_as_near() -> None:
    between = (EAST + NORTH) / np.float32(np.sqrt(2))
    leaning = np.float32([0.8, 0.6])
    vectors = np.stack([EAST, leaning, between, NORTH])
    found = score_templates(facts(1, 1, 1, 1), NOTHING, Meanings(vectors, known([True, False])))
    assert found["meaning"].to_list() == pytest.approx([1, np.tanh(2), 0, None], abs=1e-5)
    assert found["like"].to_list() == ["disk", "disk", "disk", None]
    assert found["like_sentence"].to_list()[0] == "A disk broke."
    assert found["similarity"].to_list() == pytest.approx([1, 0.8, np.sqrt(0.5), None])


def test_many_faults_that_are_near_outweigh_one_ordinary_text_that_is_nearer() -> None:
    fault, nearer, far = np.float32([0.5, 0.75**0.5]), np.float32([0.55, 0.6975**0.5]), np.float32([-0.6, 0.8])
    rows, few = np.stack([fault, fault, fault, nearer, far, far]), [0, 3]
    names, anomalous = np.array(["disk"] * 3 + ["start"] * 3), np.array([True] * 3 + [False] * 3)
    many = KnownTexts(rows, names, names, anomalous)
    two = KnownTexts(rows[few], names[few], names[few], anomalous[few])
    assert compare_meanings(EAST[None], two)["meaning"].to_list() == [0]
    assert compare_meanings(EAST[None], many)["meaning"].item() > 0.3


def test_a_text_that_is_all_but_the_same_decides_alone_against_many() -> None:
    far = [np.float32([0.3, 0.91**0.5])] * 20
    rows, names, anomalous = np.stack([EAST, *far]), np.array(["disk"] * 21), np.array([True] * 11 + [False] * 10)
    assert compare_meanings(EAST[None], KnownTexts(rows, names, names, anomalous))["meaning"].item() > 0.99
    assert compare_meanings(EAST[None], KnownTexts(rows, names, names, ~anomalous))["meaning"].item() == 0


@pytest.mark.parametrize("anomalous", [[False, False], [True, True]])
def test_without_known_faults_nothing_is_alike_and_without_ordinary_texts_faults_have_no_rival(
    anomalous: list[bool],
) -> None:
    found = score_templates(facts(1), NOTHING, Meanings(EAST[None], known(anomalous)))
    assert found["meaning"].to_list() == pytest.approx([1.0 if anomalous[0] else None])


def test_a_template_without_a_vector_resembles_nothing() -> None:
    found = score_templates(facts(1), NOTHING, Meanings(np.zeros((1, 2), np.float32), known([True, False])))
    assert found["meaning"].to_list() == [None]


def test_the_score_is_the_chance_that_one_part_speaks_of_an_anomaly() -> None:
    frame = facts(1, 999, text=["disk failed", "all well"], levels=[4, 1])
    row = score_templates(frame, NOTHING).row(0, named=True)
    silent = (
        (1 - PART_WEIGHTS["fault_words"] * row["fault_words"])
        * (1 - PART_WEIGHTS["severity"] * row["severity"])
        * (1 - PART_WEIGHTS["rarity"] * row["rarity"])
    )
    assert row["score"] == pytest.approx(1 - silent)
    assert row["reasons"] == ["fault_words", "severity"]
    assert row["why"] == ['says "failed"', "its level is error"]


def test_reasons_say_what_is_new_what_comes_in_bursts_and_what_is_known_elsewhere() -> None:
    buckets = storm([0] * 100 + [1] * 20, [*range(100), *[40] * 20])
    frame = facts(100, 20, baseline_count=[50, 0])
    found = score_templates(frame, buckets, Meanings(np.stack([NORTH, EAST]), known([True, False])))
    assert found["why"].to_list()[1] == [
        "never seen in the baseline",
        "comes in bursts: 20 events in 1 of 100 stretches of the log",
        "like disk (1.0): A disk broke.",
    ]


def test_what_is_not_known_is_null_counts_as_nothing_and_is_said_in_words() -> None:
    found = score_templates(facts(500, 500), NOTHING)
    assert found.select("novelty", "burst", "meaning", "severity").null_count().row(0) == (2, 2, 2, 2)
    assert found["score"].max() < 0.05
    assert [line.split(":")[0] for line in explain_silence(found)] == [
        "no baseline",
        "no levels",
        "no template resembles a known fault, or nothing is known of what they mean",
        "nothing is known of bursts",
    ]


def test_a_log_without_templates_has_no_scores() -> None:
    assert score_templates(facts(), NOTHING).is_empty()
