from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from crosslog.labelling.judging import Known, asked, believed, order
from crosslog.labelling.playing import area, at_random, most_frequent_first, played

EAST, NORTH, WEST = np.float32([[1, 0], [0, 1], [-1, 0]])


def templates(*occurrences: int, **columns: list[object]) -> pl.DataFrame:
    frame = pl.DataFrame({"occurrences": occurrences}).with_columns(
        key=pl.Series([f"t{number}" for number in range(len(occurrences))]),
        first_line=pl.lit(1),
        verdict=pl.lit(""),
        suspicious=pl.lit(value=False),
    )
    return frame.with_columns(pl.Series(name, values) for name, values in columns.items())


def asked_for(frame: pl.DataFrame, vectors: NDArray[np.float32] | None = None, known: Known | None = None) -> list[str]:
    return order(frame, vectors, known)["key"].to_list()


def test_the_frequent_are_asked_for_first() -> None:
    assert asked_for(templates(5, 900, 40)) == ["t1", "t2", "t0"]


def test_what_has_a_verdict_is_not_asked_for_again() -> None:
    assert asked_for(templates(5, 900, 40, verdict=["", "normal", ""])) == ["t2", "t0"]


def test_of_equals_the_newest_comes_first() -> None:
    assert asked_for(templates(5, 5, 5, first_line=[10, 30, 20])) == ["t1", "t2", "t0"]


def test_a_failure_word_makes_a_template_worth_more() -> None:
    assert asked_for(templates(5, 5, suspicious=[False, True])) == ["t1", "t0"]


def test_what_is_close_to_a_known_anomaly_elsewhere_comes_earlier() -> None:
    known = Known(anomalous=NORTH[None], normal=np.empty((0, 2), np.float32))
    assert asked_for(templates(5, 5), np.stack([EAST, NORTH]), known) == ["t1", "t0"]


def test_what_is_close_to_a_known_normal_template_comes_later() -> None:
    known = Known(anomalous=np.empty((0, 2), np.float32), normal=EAST[None])
    assert asked_for(templates(5, 5), np.stack([EAST, NORTH]), known) == ["t1", "t0"]


def test_what_resembles_an_anomaly_comes_before_the_new_and_that_before_what_resembles_the_normal() -> None:
    vectors = np.stack([EAST, EAST, NORTH, WEST, WEST])
    frame = templates(5, 5, 5, 5, 5, verdict=["normal", "", "", "", "anomalous"])
    assert asked_for(frame, vectors) == ["t3", "t2", "t1"]


def test_depends_is_half_a_verdict_each_way() -> None:
    vectors = np.stack([EAST, EAST])
    chances = [
        order(templates(5, 5, verdict=[verdict, ""]), vectors)["chance"].item()
        for verdict in ("normal", "depends", "anomalous")
    ]
    assert chances == pytest.approx([0.05, 0.3, 0.55])


def test_doubt_falls_with_evidence() -> None:
    vectors = np.stack([EAST, EAST, NORTH])
    frame = order(templates(5, 5, 5, verdict=["normal", "", ""]), vectors).sort("key")
    alike, unlike = frame["doubt"]
    assert alike < unlike


def test_a_log_without_templates_asks_for_none() -> None:
    assert asked_for(templates()) == []


def test_asking_one_by_one_is_asking_anew_after_each_verdict() -> None:
    frame = templates(9, 7, 8, 3, 3, suspicious=[False, True, False, False, True])
    angles = np.linspace(0, 2, 5)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    verdicts = ["normal", "anomalous", "normal", "anomalous", "normal"]
    one_by_one = list(asked(believed(frame, vectors), np.array([float(word == "anomalous") for word in verdicts])))
    for judged in range(5):
        said = [verdicts[number] if number in one_by_one[:judged] else "" for number in range(5)]
        assert asked_for(frame.with_columns(verdict=pl.Series(said)), vectors)[0] == f"t{one_by_one[judged]}"


COUNTS = pl.DataFrame({"events": [60, 30, 10], "anomalous": [0, 30, 9]})


def test_templates_not_judged_are_normal() -> None:
    curve = played(COUNTS, [1, 0, 2])
    assert curve["judged"].to_list() == [1, 2, 3]
    assert curve["recall"].to_list() == pytest.approx([30 / 39, 30 / 39, 1])
    assert curve["f1"].to_list() == pytest.approx([60 / 69, 60 / 69, 78 / 79])


def test_templates_not_judged_take_the_verdict_of_the_closest_judged_one() -> None:
    vectors = np.stack([WEST, EAST, EAST])
    curve = played(COUNTS, [1, 0], vectors)
    assert curve["recall"].to_list() == pytest.approx([1, 1])
    assert curve["f1"].to_list() == pytest.approx([2 * 39 / (100 + 39), 2 * 39 / (40 + 39)])


def test_a_verdict_given_stays_whatever_is_judged_beside_it() -> None:
    counts = pl.DataFrame({"events": [5, 5], "anomalous": [5, 0]})
    assert played(counts, [0, 1], np.stack([EAST, EAST]))["f1"].to_list() == pytest.approx([2 * 5 / 15, 1])


def test_a_log_without_anomalies_has_no_f1() -> None:
    assert played(pl.DataFrame({"events": [5], "anomalous": [0]}), [0]).row(0) == (1, None, None)


def test_the_area_is_the_mean_over_the_first_verdicts() -> None:
    assert area(played(COUNTS, [0, 1, 2]), 2) == pytest.approx((0 + 60 / 69) / 2)


def test_the_orders_to_beat() -> None:
    counts = pl.DataFrame({"events": [5, 9, 9, 1]})
    assert most_frequent_first(counts) == [1, 2, 0, 3]
    assert sorted(at_random(counts, 1)) == [0, 1, 2, 3]
    assert at_random(counts, 1) == at_random(counts, 1)


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
        belief = believed(templates(*counts["events"]), vectors)
        ours = list(asked(belief, (counts["anomalous"] > 0).to_numpy().astype(float)))
        orders = (ours, most_frequent_first(counts), at_random(counts, seed))
        areas.append([area(played(counts, numbers), 60) for numbers in orders])
    ours_, frequent, random = np.mean(areas, axis=0)
    assert ours_ > max(frequent, random)
