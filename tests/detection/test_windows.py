"""Cuts put every event in a window and none over an edge; windows are bounds, and give dense views and units back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from detection.made import make_texts, make_windows
from hypothesis import given
from hypothesis import strategies as st

from crosslog.detection.events import Windows, cut_events
from crosslog.settings import Cut

TEXTS = make_texts(np.eye(9))


def cut(first: int, last: int, sessions: list[int] | None = None, **asked: object) -> list[list[int]]:
    return cut_events(first, last, Cut(**asked), None if sessions is None else np.array(sessions)).tolist()


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (4, [[0, 4]]),
        (10, [[0, 10]]),
        (13, [[0, 10], [5, 13]]),
        (15, [[0, 10], [5, 15]]),
        (16, [[0, 10], [5, 15], [10, 16]]),
        (0, []),
    ],
)
def test_windows_of_ten_every_five_end_where_the_events_do(last: int, expected: list[list[int]]) -> None:
    assert cut(0, last, length=10, step=5) == expected


def test_windows_without_a_step_lie_side_by_side_from_where_they_are_asked_to_begin() -> None:
    assert cut(3, 10, length=3) == [[3, 6], [6, 9], [9, 10]]


@given(st.integers(0, 60), st.integers(1, 12), st.data())
def test_every_event_is_in_a_window_and_each_window_but_the_last_is_full(
    last: int, length: int, data: st.DataObject
) -> None:
    step = data.draw(st.integers(1, length))
    bounds = cut(0, last, length=length, step=step)
    assert {event for begin, end in bounds for event in range(begin, end)} == set(range(last))
    assert all(end - begin == length for begin, end in bounds[:-1])
    assert all(0 < end - begin <= length for begin, end in bounds)
    assert [begin for begin, _ in bounds] == [step * number for number in range(len(bounds))]


def test_sessions_are_whole_or_in_windows_that_stay_inside_them() -> None:
    sessions = [4, 4, 4, 7, 1, 1]
    assert cut(0, 6, sessions, by="session") == [[0, 3], [3, 4], [4, 6]]
    assert cut(0, 6, sessions, by="session", length=2) == [[0, 2], [2, 3], [3, 4], [4, 6]]
    assert cut(1, 5, sessions, by="session") == [[1, 3], [3, 4], [4, 5]]


def overlapping(unit: str) -> Windows:
    """Events of texts 0 to 5, of which 2 and 5 are anomalous, in windows of four every two."""
    whole = make_windows([range(6)], [[0, 0, 1, 0, 0, 1]], TEXTS)
    return replace(whole, bounds=np.array([[0, 4], [2, 6], [5, 6]]), unit=unit)


def test_windows_that_overlap_have_a_slot_for_each_of_their_events() -> None:
    windows = overlapping("event")
    assert windows.slots.tolist() == [0, 1, 2, 3, 2, 3, 4, 5, 5]
    assert windows.ids.tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [5, -1, -1, -1]]
    assert windows.labels.tolist()[2] == [True, False, False, False]
    assert windows.size == 9
    assert windows.truth.tolist() == [False, False, True, False, True, False, False, True, True]


def test_a_window_is_anomalous_if_any_of_its_events_is_and_has_its_highest_score() -> None:
    windows = overlapping("window")
    assert windows.size == 3
    assert windows.truth.tolist() == [True, True, True]
    assert windows.take(slice(0, 1)).truth.tolist() == [True]
    assert windows.highest(np.arange(9, dtype=np.float32)).tolist() == [3, 7, 8]


def test_runs_keep_the_slots_and_their_order() -> None:
    windows = overlapping("window")
    runs = windows.cut_runs(3)
    assert runs.bounds.tolist() == [[0, 3], [3, 4], [2, 5], [5, 6], [5, 6]]
    assert runs.slots.tolist() == windows.slots.tolist()
    assert runs.unit == "event"


def test_withheld_windows_show_no_label_and_leave_the_others_alone() -> None:
    windows = overlapping("event")
    assert not windows.withhold().truth.any()
    assert not windows.withhold().labelled
    assert windows.truth.any()
