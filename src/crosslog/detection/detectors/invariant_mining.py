"""Invariants of count vectors (Lou et al. 2010): sums of counts that are zero in a usual window, and in an odd one not.

Section 4: an invariant is a vector of small integers with a . x = 0 for the counts x of `support` of the windows, such
as one "open" for each "close". The dimension of their space is the number of directions, those of least variance
first, along which that share of windows has less than `tolerance`. Sparse ones are then searched for, with one
template, two, and so on up to `longest`: the direction of least variance within a set of templates, scaled so that its
smallest part is 1 … `scale` and rounded, is kept if it holds. A set that holds an invariant within it is not looked at
again, and the search ends with as many as the space has dimensions, or after `sets` sets: it is combinatorial, and a
bound makes it end; the state says how many sets were looked at and whether that was all (`searched`, `complete`).

A well-known toolkit takes a single template for an invariant only where it never occurs; here, as in the definition,
where it does not occur in that share of windows. A template that the support does not hold is one. Score: b / (b + 1)
of b broken invariants, so .5 for one. Labels are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crosslog.detection.detector import State
from crosslog.detection.learning.count_detector import CountDetector
from crosslog.ranges import Count, Rate, Share

ZERO = 1e-6  # a sum of integers, or a part of a direction, below it is none


@dataclass(frozen=True)
class InvariantMining(CountDetector):
    """What usual windows have in balance."""

    small: ClassVar[Mapping[str, Any]] = {"support": 0.8, "tolerance": 0.5, "longest": 2, "scale": 3, "sets": 2000}

    support: Share  # of windows in which an invariant holds
    tolerance: Rate
    longest: Count  # templates in an invariant
    scale: Count
    sets: Count  # of templates that are looked at, beside single ones

    def learn(self, counts: csr_array, anomalous: NDArray[np.bool_]) -> State:
        """`invariants` (found, columns) integers; `searched` and `complete` (1,)."""
        gram = (counts.T @ counts).toarray()
        wanted = self._count_dimensions(counts, gram)
        found, searched, complete = self._search(counts, gram, wanted)
        return {
            "invariants": np.array(found, dtype=np.int64).reshape(-1, counts.shape[1]),
            "searched": np.array([searched]),
            "complete": np.array([int(complete)]),
        }

    def judge(self, counts: csr_array) -> NDArray[np.floating]:
        """(n,) in [0, 1)."""
        broken = (np.abs(counts @ self.state["invariants"].T.astype(np.float64)) > ZERO).sum(axis=1)
        scores: NDArray[np.floating] = broken / (broken + 1)
        return scores

    def _count_dimensions(self, counts: csr_array, gram: NDArray[np.float64]) -> int:
        _, directions = np.linalg.eigh(gram)  # least first
        small = np.abs(counts @ directions) < self.tolerance
        holds = small.mean(axis=0) >= self.support
        return len(holds) if holds.all() else int(np.argmin(holds))

    def _search(
        self, counts: csr_array, gram: NDArray[np.float64], wanted: int
    ) -> tuple[list[NDArray[np.int64]], int, bool]:
        """Invariants, sets looked at, and whether nothing was left to look at."""
        having = np.bincount(counts.indices, minlength=counts.shape[1])
        rare = 1 - having / counts.shape[0] >= self.support
        found = list(np.eye(counts.shape[1], dtype=np.int64)[rare])
        columns, taken = counts.tocsc(), [frozenset([int(place)]) for place in np.flatnonzero(rare)]
        searched = 0
        for chosen in _sets(np.flatnonzero(~rare).tolist(), self.longest):
            if len(found) >= wanted:
                return found, searched, True
            if any(held <= frozenset(chosen) for held in taken):
                continue
            if searched == self.sets:
                return found, searched, False
            searched += 1
            invariant = self._fit(columns[:, list(chosen)], gram[np.ix_(chosen, chosen)])
            if invariant is not None:
                taken.append(frozenset(chosen))
                found.append(np.zeros(counts.shape[1], dtype=np.int64))
                found[-1][list(chosen)] = invariant
        return found, searched, True

    def _fit(self, columns: csr_array, gram: NDArray[np.float64]) -> NDArray[np.int64] | None:
        """(chosen,) integers that hold and none of which is zero, or None."""
        direction = np.linalg.eigh(gram)[1][:, 0]
        least = direction[np.abs(direction).argmin()]
        if abs(least) < ZERO:
            return None
        for scale in range(1, self.scale + 1):
            integers = np.round(direction * scale / least)
            if integers.all() and (np.abs(columns @ integers) < ZERO).mean() >= self.support:
                return np.asarray(integers, dtype=np.int64)
        return None


def _sets(columns: list[int], longest: int) -> Iterator[tuple[int, ...]]:
    """Pairs, then threes, and so on."""
    for length in range(2, longest + 1):
        yield from combinations(columns, length)
