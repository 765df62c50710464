"""Which template to judge first, given what is believed of each."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from crosslog.labelling.judging import BONUS, POWER, order_templates, weigh_help


def templates(*occurrences: int, **columns: list[object]) -> pl.DataFrame:
    frame = pl.DataFrame({"occurrences": occurrences}, schema={"occurrences": pl.UInt64}).with_columns(
        key=pl.Series([f"t{number}" for number in range(len(occurrences))], dtype=pl.String),
        first_line=pl.lit(1),
        verdict=pl.lit(""),
        chance=pl.lit(0.5),
        doubt=pl.lit(0.2),
    )
    return frame.with_columns(pl.Series(name, values) for name, values in columns.items())


def asked_for(frame: pl.DataFrame) -> list[str]:
    return order_templates(frame)["key"].to_list()


def test_the_frequent_are_asked_for_first() -> None:
    assert asked_for(templates(5, 900, 40)) == ["t1", "t2", "t0"]


def test_what_has_a_verdict_is_not_asked_for_again() -> None:
    assert asked_for(templates(5, 900, 40, verdict=["", "normal", ""])) == ["t2", "t0"]


def test_of_equals_the_newest_comes_first() -> None:
    assert asked_for(templates(5, 5, 5, first_line=[10, 30, 20])) == ["t1", "t2", "t0"]


def test_the_likely_and_the_uncertain_come_earlier() -> None:
    frame = templates(5, 5, 5, chance=[0.2, 0.3, 0.2], doubt=[0.1, 0.1, 0.2])
    assert asked_for(frame) == ["t1", "t2", "t0"]


def test_the_likely_comes_before_what_is_far_more_frequent() -> None:
    assert asked_for(templates(10, 10_000, chance=[0.8, 0.1], doubt=[0.0, 0.0])) == ["t0", "t1"]


def test_what_a_verdict_helps_is_the_chance_and_its_bonus_times_a_power_of_the_occurrences() -> None:
    found = weigh_help(np.array([0.4]), np.array([0.1]), np.array([1000], dtype=np.uint64))
    assert found.tolist() == pytest.approx([(0.4 + BONUS * 0.1) * 1000**POWER])


def test_a_log_without_templates_asks_for_none() -> None:
    assert asked_for(templates()) == []
