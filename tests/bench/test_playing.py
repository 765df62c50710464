from __future__ import annotations

from itertools import permutations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from bench._playing import answer_in_turn, at_random, best_possible, mean_f1, most_frequent_first, play_verdicts
from crosslog.detection.hints.belief import apply_verdicts, form_belief
from crosslog.detection.hints.joining import PART_WEIGHTS
from crosslog.labelling.judging import order_templates

EAST, WEST = np.float32([[1, 0], [-1, 0]])


def scored(scores: list[float]) -> pl.DataFrame:
    columns = {"score": scores, **{part: [None] * len(scores) for part in PART_WEIGHTS}}
    return pl.DataFrame(columns, schema_overrides=dict.fromkeys(PART_WEIGHTS, pl.Float64))


def test_asking_one_by_one_is_asking_anew_after_each_verdict() -> None:
    frame, occurrences = scored([0.1, 0.5, 0.2, 0.1, 0.6]), np.array([9, 7, 8, 3, 3])
    angles = np.linspace(0, 2, 5)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    verdicts = ["normal", "anomalous", "normal", "anomalous", "normal"]
    shares = np.array([float(word == "anomalous") for word in verdicts])
    one_by_one = list(answer_in_turn(form_belief(frame, vectors), occurrences, shares))
    assert sorted(one_by_one) == [0, 1, 2, 3, 4]
    for judged in range(5):
        said = [verdicts[number] if number in one_by_one[:judged] else "" for number in range(5)]
        believed = apply_verdicts(frame, vectors, said).select("chance", "doubt")
        columns = {"key": range(5), "occurrences": occurrences, "first_line": [1] * 5, "verdict": said}
        assert order_templates(pl.DataFrame(columns).hstack(believed))["key"][0] == one_by_one[judged]


COUNTS = pl.DataFrame({"events": [60, 30, 10], "anomalous": [0, 30, 9]})


def test_templates_not_judged_are_normal() -> None:
    curve = play_verdicts(COUNTS, [1, 0, 2])
    assert curve["judged"].to_list() == [1, 2, 3]
    assert curve["recall"].to_list() == pytest.approx([30 / 39, 30 / 39, 1])
    assert curve["f1"].to_list() == pytest.approx([60 / 69, 60 / 69, 78 / 79])


def test_templates_not_judged_take_the_verdict_of_the_closest_judged_one() -> None:
    vectors = np.stack([WEST, EAST, EAST])
    curve = play_verdicts(COUNTS, [1, 0], vectors)
    assert curve["recall"].to_list() == pytest.approx([1, 1])
    assert curve["f1"].to_list() == pytest.approx([2 * 39 / (100 + 39), 2 * 39 / (40 + 39)])


def test_a_verdict_given_stays_whatever_is_judged_beside_it() -> None:
    counts = pl.DataFrame({"events": [5, 5], "anomalous": [5, 0]})
    assert play_verdicts(counts, [0, 1], np.stack([EAST, EAST]))["f1"].to_list() == pytest.approx([2 * 5 / 15, 1])


def test_a_log_without_anomalies_has_no_f1() -> None:
    assert play_verdicts(pl.DataFrame({"events": [5], "anomalous": [0]}), [0]).row(0) == (1, None, None)


def test_the_area_is_the_mean_over_the_first_verdicts() -> None:
    assert mean_f1(play_verdicts(COUNTS, [0, 1, 2]), 2) == pytest.approx((0 + 60 / 69) / 2)


def test_the_orders_to_beat() -> None:
    counts = pl.DataFrame({"events": [5, 9, 9, 1]})
    assert most_frequent_first(counts) == [1, 2, 0, 3]
    assert sorted(at_random(counts, 1)) == [0, 1, 2, 3]
    assert at_random(counts, 1) == at_random(counts, 1)


def test_no_order_is_better_than_the_best_possible() -> None:
    counts = pl.DataFrame({"events": [60, 30, 10, 5], "anomalous": [0, 30, 9, 2]})
    assert best_possible(counts) == [1, 2, 3, 0]
    best = mean_f1(play_verdicts(counts, best_possible(counts)), 4)
    orders = permutations(range(4))
    assert best == pytest.approx(max(mean_f1(play_verdicts(counts, order), 4) for order in orders))


def made(seed: int) -> tuple[pl.DataFrame, NDArray[np.float32]]:
    """Twelve families of ten templates that mean much the same; two rarer families are the anomalies."""
    generator = np.random.default_rng(seed)
    family = np.repeat(np.arange(12), 10)
    vectors = generator.normal(size=(12, 16))[family] + 0.2 * generator.normal(size=(120, 16))
    events = generator.geometric(np.where(family < 2, 0.05, 0.01))
    counts = pl.DataFrame({"events": events, "anomalous": np.where(family < 2, events, 0)})
    return counts, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_families_of_rare_anomalies_are_found_sooner_than_by_frequency_or_chance() -> None:
    areas = []
    for seed in range(10):
        counts, vectors = made(seed)
        belief = form_belief(scored([0.1] * len(counts)), vectors)
        shares = (counts["anomalous"] > 0).to_numpy().astype(float)
        ours = list(answer_in_turn(belief, counts["events"].to_numpy(), shares))
        orders = (ours, most_frequent_first(counts), at_random(counts, seed))
        areas.append([mean_f1(play_verdicts(counts, numbers), 60) for numbers in orders])
    ours_, frequent, random = np.mean(areas, axis=0)
    assert ours_ > max(frequent, random)
