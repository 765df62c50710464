"""Templates that come together, by what their lanes show."""

from __future__ import annotations

import numpy as np

from crosslog.monitoring.incidents import find_leaders


def test_who_comes_where_another_comes_and_as_often_follows_it() -> None:
    lanes = [np.array(lane) for lane in ([0, 9, 9, 0], [7, 0, 0, 7], [0, 9, 8, 0], [0, 90, 90, 0], [7, 0, 0, 6])]
    assert find_leaders(lanes) == [0, 1, 0, 3, 1]  # ten times as often is another thing


def test_few_events_and_none_fall_together_by_chance() -> None:
    lanes = [np.array(lane) for lane in ([0, 4], [0, 4], [0, 0], [0, 0])]
    assert find_leaders(lanes) == [0, 1, 2, 3]
    assert find_leaders([]) == []


def test_thousands_that_do_not_come_together_are_soon_told_apart() -> None:
    lanes = list(np.random.default_rng(1).integers(0, 9, (2000, 240)))
    assert find_leaders(lanes) == list(range(2000))
