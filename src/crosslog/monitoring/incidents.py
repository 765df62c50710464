"""Templates that always come together: one thing that happened, told in several lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_EVENTS = 5  # of a template; fewer fall together by chance
LEAST_TOGETHER = 0.97  # cosine of two templates' events over the stretches of a log
MOST_TIMES = 1.25  # how much more often than the other one of them may come


def find_leaders(lanes: Sequence[NDArray[np.int64]]) -> list[int]:
    """For each template the first before it that comes where it comes and as often, itself where there is none.

    Parameters
    ----------
    lanes : of each template (bins,) how many events lie in each stretch of the log, all of the same log
    """
    leaders = list(range(len(lanes)))
    often = [place for place, lane in enumerate(lanes) if lane.sum() >= LEAST_EVENTS]
    if not often:
        return leaders
    table = np.stack([lanes[place] for place in often]).astype(np.float64)
    sums, units = table.sum(axis=1), table / np.linalg.norm(table, axis=1, keepdims=True)
    first: list[int] = []  # rows of the table that lead
    for row, place in enumerate(often):
        most, least = np.maximum(sums[first], sums[row]), np.minimum(sums[first], sums[row])
        together = np.flatnonzero((units[first] @ units[row] >= LEAST_TOGETHER) & (most <= MOST_TIMES * least))
        if len(together):
            leaders[place] = often[first[together[0]]]
        else:
            first.append(row)
    return leaders
