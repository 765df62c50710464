"""What is possible is told exactly, and what is drawn is disjoint, ordered and legal however full the log is."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from crosslog.detection.placement import Pair, PlacementError, Starts, draw, pack
from crosslog.settings import SpanRequest


def starts(role: str, length: int, at: np.ndarray) -> Starts:
    return Starts(role, SpanRequest(events=length, rate=(0, 1)), at.astype(np.int32))


def most_pairs(supports: Starts, queries: Starts, events: int) -> int:
    """By trying everything."""

    @cache
    def best(position: int, waiting: int) -> int:
        if position >= events:
            return 0
        found = best(position + 1, waiting)
        if position in supports.at:
            found = max(found, best(position + supports.length, waiting + 1))
        if waiting and position in queries.at:
            found = max(found, 1 + best(position + queries.length, waiting - 1))
        return found

    return best(0, 0)


def legal(pairs: list[Pair], supports: Starts, queries: Starts) -> bool:
    spans = sorted(
        [(pair.support, pair.support + supports.length) for pair in pairs]
        + [(pair.query, pair.query + queries.length) for pair in pairs]
    )
    return (
        all(first[1] <= second[0] for first, second in pairwise(spans))
        and all(pair.support + supports.length <= pair.query for pair in pairs)
        and all(pair.support in supports.at and pair.query in queries.at for pair in pairs)
    )


@pytest.mark.parametrize("seed", range(60))
def test_as_many_pairs_are_found_as_there_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    events, lengths = 24, rng.integers(1, 5, 2)
    supports, queries = (
        starts(role, int(length), np.flatnonzero(rng.random(events - length + 1) < 0.5))
        for role, length in zip(("support", "query"), lengths, strict=True)
    )
    most = most_pairs(supports, queries, events)
    pairs = draw(supports, queries, most, np.random.default_rng(seed))
    assert len(pairs) == most
    assert legal(pairs, supports, queries)
    with pytest.raises(PlacementError, match=f"^{most} of {most + 1} pairs"):
        pack(supports, queries, most + 1)


def test_a_full_log_has_one_way_only() -> None:
    supports, queries = starts("support", 2, np.array([0, 5])), starts("query", 3, np.array([2, 7]))
    assert draw(supports, queries, 2, np.random.default_rng(0)) == [Pair(0, 2), Pair(5, 7)]


def test_packed_spans_are_shaken_loose() -> None:
    supports, queries = starts("support", 2, np.arange(99)), starts("query", 8, np.arange(93))
    drawn = {tuple(draw(supports, queries, 9, np.random.default_rng(seed))) for seed in range(20)}
    assert len(drawn) == 20
    assert all(legal(list(pairs), supports, queries) for pairs in drawn)
