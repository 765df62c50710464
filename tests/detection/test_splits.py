"""Prefix, sessions and leave-one-out: honest supports end before queries begin and share nothing with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crosslog import plugins
from crosslog.detection.split import Log, Part, SplitError
from crosslog.settings import Cut

TEN = Cut(length=10, step=5)
BLOCKS: dict[str, Any] = {
    "prefix": {"support": 20, "source": 30},
    "sessions": {"support": 20, "source": 30},
    "leave_one_out": {"shots": 5, "query": 0.7, "source": 30},
}


def log(events: int = 1000, cut: Cut = TEN) -> Log:
    """Every tenth event is an anomaly, and every third line could not be read."""
    lines = np.arange(events) * 3 // 2 + 1
    return Log("new", lines, np.arange(events) % 10 == 0, None, cut)


def interleaved(sessions: int = 60, length: int = 8, apart: int = 3) -> Log:
    """A session begins every three lines and has a line in three from there on; each fifth is anomalous."""
    number = np.repeat(np.arange(sessions), length)
    lines = 1 + apart * number * apart + apart * np.tile(np.arange(length), sessions) + number % apart
    return Log("new", lines, number % 5 == 0, number.astype(np.int32), Cut(by="session"))


def parts_of(name: str, given: Log, protocol: str = "honest", *, source: bool = False, **changed: Any) -> list[Part]:
    split = plugins.load("detection.splits", name).model_validate({"name": name, **BLOCKS[name], **changed})
    draw = split.split_source if source else split.split_target
    return draw(given, protocol, np.random.default_rng(1))


def held(part: Part) -> set[int]:
    return {event for first, last in part.bounds.tolist() for event in range(first, last)}


def logs_of(name: str) -> Log:
    return interleaved() if name == "sessions" else log()


@pytest.mark.parametrize("name", BLOCKS)
def test_an_honest_support_ends_before_its_query_begins(name: str) -> None:
    given = logs_of(name)
    support, query = parts_of(name, given)
    assert (support.role, query.role, support.episode, query.episode) == ("support", "query", 0, 0)
    assert not held(support) & held(query)
    assert max(given.lines[list(held(support))]) < min(given.lines[list(held(query))])


@pytest.mark.parametrize("name", BLOCKS)
def test_a_published_split_does_what_the_honest_one_does_not(name: str) -> None:
    given = logs_of(name)
    support, query = parts_of(name, given, "published")
    assert max(given.lines[list(held(support))]) >= min(given.lines[list(held(query))])


@pytest.mark.parametrize("name", BLOCKS)
def test_a_source_s_two_roles_come_from_its_two_halves_and_share_nothing(name: str) -> None:
    given = logs_of(name)
    support, query = parts_of(name, given, source=True)
    assert (support.role, query.role) == ("source_support", "source_query")
    assert max(given.lines[list(held(support))]) < min(given.lines[list(held(query))])
    assert len(support.bounds) == len(query.bounds) == 15


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("source", [False, True])
def test_a_seed_fixes_the_draw(name: str, source: bool) -> None:
    once, again = (parts_of(name, logs_of(name), "published", source=source) for _ in range(2))
    assert [part.bounds.tolist() for part in once] == [part.bounds.tolist() for part in again]


def test_a_prefix_is_the_first_windows_and_the_query_all_that_comes_after() -> None:
    support, query = parts_of("prefix", log())
    assert support.bounds.tolist() == [[first, first + 10] for first in range(0, 100, 5)]
    assert held(query) == set(range(105, 1000))


def test_a_published_prefix_shares_half_a_window_with_its_query() -> None:
    support, query = parts_of("prefix", log(), "published")
    assert held(support) & held(query) == set(range(100, 105))


def test_a_session_that_is_open_when_the_support_ends_belongs_to_nobody() -> None:
    given = interleaved()
    support, query = parts_of("sessions", given)
    taken = held(support) | held(query)
    open_then = set(range(len(given))) - taken
    assert len(support.bounds) == 20
    assert open_then
    edge = max(given.lines[list(held(support))])
    for session in {int(given.sessions[event]) for event in open_then}:
        lines = given.lines[given.sessions == session]
        assert lines.min() <= edge < lines.max()


def test_shots_are_of_each_class_out_of_the_first_part_and_the_query_is_the_rest() -> None:
    given = log(cut=Cut(length=1))
    support, query = parts_of("leave_one_out", given)
    assert given.flags(support.bounds).sum() == 5
    assert len(support.bounds) == 10
    assert held(query) == set(range(300, 1000))


def test_a_class_that_the_first_part_has_not_gives_no_shot() -> None:
    calm = Log("new", np.arange(1, 101), np.zeros(100, dtype=np.bool_), None, Cut(length=1))
    support, _ = parts_of("leave_one_out", calm)
    assert len(support.bounds) == 5


@pytest.mark.parametrize(
    ("name", "given", "changed", "words"),
    [
        ("prefix", log(40), {"support": 7}, "new: the first 7 of 7 windows leave no query"),
        ("prefix", interleaved(), {}, "take the split `sessions`"),
        ("sessions", log(), {}, "new: the split `sessions` needs `cut: {by: session}`"),
        (
            "sessions",
            interleaved(20),
            {"support": 20},
            "no session begins after 20 of 20 ended: make `support` smaller",
        ),
        ("leave_one_out", log(8), {}, "new: a query of 0.7 of 1 windows leaves no support or no query"),
    ],
    ids=range(5),
)
def test_what_a_log_cannot_give_is_refused_with_what_to_do(name: str, given: Log, changed: Any, words: str) -> None:
    with pytest.raises(SplitError) as refused:
        parts_of(name, given, **changed)
    assert words in str(refused.value)


@pytest.mark.parametrize("protocol", ["honest", "published"])
def test_a_source_that_is_too_short_is_refused(protocol: str) -> None:
    with pytest.raises(SplitError, match="name another source"):
        parts_of("prefix", log(8), protocol, source=True)
