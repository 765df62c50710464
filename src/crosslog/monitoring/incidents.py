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
    leaders: list[int] = []
    first: list[int] = []  # templates that lead
    for place, lane in enumerate(lanes):
        leader = next((other for other in first if _come_together(lanes[other], lane)), place)
        leaders.append(leader)
        if leader == place:
            first.append(place)
    return leaders


def _come_together(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    sums = sorted((int(one.sum()), int(other.sum())))
    if sums[0] < LEAST_EVENTS or sums[1] > MOST_TIMES * sums[0]:
        return False
    cosine = float(one @ other) / float(np.linalg.norm(one) * np.linalg.norm(other))
    return cosine >= LEAST_TOGETHER
