from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from crosslog.labelling.judging import KnownVectors, order_templates

EAST, NORTH, WEST = np.float32([[1, 0], [0, 1], [-1, 0]])


def templates(*occurrences: int, **columns: list[object]) -> pl.DataFrame:
    frame = pl.DataFrame({"occurrences": occurrences}).with_columns(
        key=pl.Series([f"t{number}" for number in range(len(occurrences))]),
        first_line=pl.lit(1),
        verdict=pl.lit(""),
        suspicious=pl.lit(value=False),
    )
    return frame.with_columns(pl.Series(name, values) for name, values in columns.items())


def asked_for(
    frame: pl.DataFrame, vectors: NDArray[np.float32] | None = None, known: KnownVectors | None = None
) -> list[str]:
    return order_templates(frame, vectors, known)["key"].to_list()


def test_the_frequent_are_asked_for_first() -> None:
    assert asked_for(templates(5, 900, 40)) == ["t1", "t2", "t0"]


def test_what_has_a_verdict_is_not_asked_for_again() -> None:
    assert asked_for(templates(5, 900, 40, verdict=["", "normal", ""])) == ["t2", "t0"]


def test_of_equals_the_newest_comes_first() -> None:
    assert asked_for(templates(5, 5, 5, first_line=[10, 30, 20])) == ["t1", "t2", "t0"]


def test_a_failure_word_makes_a_template_worth_more() -> None:
    assert asked_for(templates(5, 5, suspicious=[False, True])) == ["t1", "t0"]


def test_what_is_close_to_a_known_anomaly_elsewhere_comes_earlier() -> None:
    known = KnownVectors(anomalous=NORTH[None], normal=np.empty((0, 2), np.float32))
    assert asked_for(templates(5, 5), np.stack([EAST, NORTH]), known) == ["t1", "t0"]


def test_what_is_close_to_a_known_normal_template_comes_later() -> None:
    known = KnownVectors(anomalous=np.empty((0, 2), np.float32), normal=EAST[None])
    assert asked_for(templates(5, 5), np.stack([EAST, NORTH]), known) == ["t1", "t0"]


def test_what_resembles_an_anomaly_comes_before_the_new_and_that_before_what_resembles_the_normal() -> None:
    vectors = np.stack([EAST, EAST, NORTH, WEST, WEST])
    frame = templates(5, 5, 5, 5, 5, verdict=["normal", "", "", "", "anomalous"])
    assert asked_for(frame, vectors) == ["t3", "t2", "t1"]


def test_depends_is_half_a_verdict_each_way() -> None:
    vectors = np.stack([EAST, EAST])
    chances = [
        order_templates(templates(5, 5, verdict=[verdict, ""]), vectors)["chance"].item()
        for verdict in ("normal", "depends", "anomalous")
    ]
    assert chances == pytest.approx([0.05, 0.3, 0.55])


def test_doubt_falls_with_evidence() -> None:
    vectors = np.stack([EAST, EAST, NORTH])
    frame = order_templates(templates(5, 5, 5, verdict=["normal", "", ""]), vectors).sort("key")
    alike, unlike = frame["doubt"]
    assert alike < unlike


def test_a_log_without_templates_asks_for_none() -> None:
    assert asked_for(templates()) == []
