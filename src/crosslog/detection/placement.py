"""Disjoint pairs of spans among legal starts, each support before its query: drawn, and exact about what is possible.

Pairs are drawn one after another: a legal start uniformly, then every start whose span would overlap is out. Where a
log is so full that this jams again and again, spans are packed as early as they go and then shaken.

`draw_as_published` draws as the public code of CroSysLog does: supports among themselves, queries among themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.faults import UserError
from crosslog.settings import SpanRequest

RESTARTS = 20  # draws before packing
SWEEPS = 200  # passes over packed spans; each re-draws every span between its neighbours
NO_PLACE = np.iinfo(np.int64).max


class PlacementError(UserError, ValueError):
    """A system cannot give the spans that an experiment asks for; the message says what would fit."""


class Pair(NamedTuple):
    """First events (0-based) of a support and of its query."""

    support: int
    query: int


@dataclass(frozen=True)
class Starts:
    """The legal starts of one role, in order."""

    role: str
    request: SpanRequest
    at: NDArray[np.integer]

    @property
    def length(self) -> int:
        """Events in a span."""
        return self.request.events

    def index(self, position: int) -> int:
        """Index of the first legal start at or after a position."""
        # a number of a wider type would make numpy copy all starts
        return int(np.searchsorted(self.at, self.at.dtype.type(min(position, np.iinfo(self.at.dtype).max))))

    def first(self, position: int) -> int:
        """The first legal start at or after a position, or NO_PLACE."""
        index = self.index(position)
        return int(self.at[index]) if index < len(self.at) else NO_PLACE


def draw(supports: Starts, queries: Starts, wanted: int, rng: np.random.Generator) -> list[Pair]:
    """Draw disjoint pairs with each support before its query, in order of the queries.

    Raises
    ------
    PlacementError
        If there are not that many: the test is exact, whatever the draw.
    """
    packed = pack(supports, queries, wanted)
    for _ in range(RESTARTS):
        drawn = _drawn(supports, queries, wanted, rng)
        if drawn is not None:
            return sorted(drawn, key=lambda pair: pair.query)
    return _shaken(packed, supports, queries, rng)


def draw_as_published(supports: Starts, queries: Starts, wanted: int, rng: np.random.Generator) -> list[Pair]:
    """Draw disjoint supports and, apart from them, disjoint queries, and pair them as they come.

    A support may lie after its query, on it or on another episode's: nothing here looks.

    Raises
    ------
    PlacementError
        If there are not that many of a role: the test is exact, whatever the draw.
    """
    drawn = [_alone(starts, wanted, rng) for starts in (supports, queries)]
    return [Pair(*pair) for pair in zip(*drawn, strict=True)]


def _alone(starts: Starts, wanted: int, rng: np.random.Generator) -> list[int]:
    """Disjoint spans of one role in the order they are drawn; packed as early as they go where that jams."""
    packed: list[int] = []
    while len(packed) < wanted:
        start = starts.first(packed[-1] + starts.length if packed else 0)
        if start == NO_PLACE:
            raise PlacementError(f"{len(packed)} of {wanted} disjoint {starts.role} spans are possible")
        packed.append(start)
    for _ in range(RESTARTS):
        drawn: list[int] = []
        while len(drawn) < wanted:
            taken = sorted((start, start + starts.length) for start in drawn)
            start_or_none = _chosen(starts, taken, (0, NO_PLACE), rng)
            if start_or_none is None:
                break
            drawn.append(start_or_none)
        else:
            return drawn
    return [int(start) for start in rng.permutation(packed)]


def pack(supports: Starts, queries: Starts, wanted: int) -> list[Pair]:
    """The pairs that end earliest, an exact test of what is possible.

    `ends[s, q]` is the earliest end of s supports and q <= s queries; an earlier end never rules out a later span, so
    the earliest suffices. The i-th support and the i-th query are a pair.

    Raises
    ------
    PlacementError
        If there are fewer than `wanted`; the message says how many.
    """
    ends: dict[tuple[int, int], int] = {(0, 0): 0}
    before: dict[tuple[int, int], tuple[str, int]] = {}
    for s in range(wanted + 1):
        for q in range(s + 1):
            options = [
                (starts.first(ends[state]), starts)
                for state, starts in (((s - 1, q), supports), ((s, q - 1), queries))
                if state in ends
            ]
            for start, starts in options:
                if start != NO_PLACE and start + starts.length < ends.get((s, q), NO_PLACE):
                    ends[s, q] = start + starts.length
                    before[s, q] = (starts.role, start)
    possible = max(count for count in range(wanted + 1) if (count, count) in ends)
    if possible < wanted:
        raise PlacementError(
            f"{possible} of {wanted} pairs of disjoint spans, each support before its query, are possible"
        )
    return _traced(before, supports.role, wanted)


def _traced(before: dict[tuple[int, int], tuple[str, int]], support_role: str, wanted: int) -> list[Pair]:
    s = q = wanted
    found: dict[bool, list[int]] = {True: [], False: []}
    while s or q:
        role, start = before[s, q]
        found[role == support_role].append(start)
        s, q = (s - 1, q) if role == support_role else (s, q - 1)
    return [Pair(*pair) for pair in zip(reversed(found[True]), reversed(found[False]), strict=True)]


def _drawn(supports: Starts, queries: Starts, wanted: int, rng: np.random.Generator) -> list[Pair] | None:
    """Pairs drawn one after another, or None where the draw jams."""
    pairs: list[Pair] = []
    for _ in range(wanted):
        taken = sorted(_taken(pairs, supports, queries))
        earliest = next(_free(supports, taken, 0, NO_PLACE), None)
        if earliest is None:
            return None
        query = _chosen(queries, taken, (int(supports.at[earliest[0]]) + supports.length, NO_PLACE), rng)
        if query is None:
            return None
        support = _chosen(supports, taken, (0, query - supports.length + 1), rng)
        if support is None:
            return None
        pairs.append(Pair(support, query))
    return pairs


def _taken(pairs: list[Pair], supports: Starts, queries: Starts) -> Iterator[tuple[int, int]]:
    for pair in pairs:
        yield pair.support, pair.support + supports.length
        yield pair.query, pair.query + queries.length


def _free(starts: Starts, taken: list[tuple[int, int]], low: int, high: int) -> Iterator[tuple[int, int]]:
    """Ranges of indices of legal starts in [low, high) whose span overlaps nothing taken."""
    edges = [(0, low), *taken, (NO_PLACE, NO_PLACE)]
    position = 0
    for begin, end in edges:
        first, last = starts.index(max(position, low)), starts.index(min(high, begin - starts.length + 1))
        if first < last:
            yield first, last
        position = max(position, end)


def _chosen(
    starts: Starts, taken: list[tuple[int, int]], limits: tuple[int, int], rng: np.random.Generator
) -> int | None:
    ranges = list(_free(starts, taken, *limits))
    sizes = np.cumsum([last - first for first, last in ranges], dtype=np.int64)
    if not ranges:
        return None
    number = int(rng.integers(sizes[-1]))
    index = int(np.searchsorted(sizes, number, side="right"))
    return int(starts.at[ranges[index][1] - (sizes[index] - number)])


def _shaken(packed: list[Pair], supports: Starts, queries: Starts, rng: np.random.Generator) -> list[Pair]:
    """Packed pairs, each span re-drawn many times between its neighbours, which keeps every promise."""
    both = (supports, queries)
    order = sorted((start, which, episode) for episode, pair in enumerate(packed) for which, start in enumerate(pair))
    at = [start for start, _, _ in order]
    kinds = [both[which] for _, which, _ in order]
    for _ in range(SWEEPS):
        for i in reversed(range(len(at))):
            low = at[i - 1] + kinds[i - 1].length if i else 0
            high = at[i + 1] - kinds[i].length if i + 1 < len(at) else NO_PLACE - 1
            at[i] = int(kinds[i].at[rng.integers(kinds[i].index(low), kinds[i].index(high + 1))])
    moved = {(which, episode): start for start, (_, which, episode) in zip(at, order, strict=True)}
    return [Pair(moved[0, episode], moved[1, episode]) for episode in range(len(packed))]
