"""Leave one source out: each source system plays the target once, in episodes with supports of the target's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from crosslog.detection.events import Episode, Windows


class SearchFold(NamedTuple):
    """One source left out.

    Attributes
    ----------
    left_out : the system that plays the target
    sources : episodes of the other sources, to learn from
    episodes : of the system left out, one query behind several supports
    """

    left_out: str
    sources: list[Episode]
    episodes: list[Episode]


def leave_one_out(sources: Sequence[Episode], units: int) -> list[SearchFold]:
    """One fold per source, in their order.

    Parameters
    ----------
    sources
        One labelled episode per source system.
    units
        What a target's support holds; the windows of the source left out are dealt to supports of about that many, and
        those with both classes are kept. Where none has both, all windows are the support.

    Raises
    ------
    ValueError
        If there are fewer than two sources.
    """
    if len(sources) < 2:
        there = ", ".join(episode.support.system for episode in sources) or "none"
        raise ValueError(f"leaving one source out needs two, there is {there}: name another source in params.yaml")
    return [
        SearchFold(
            left_out=episode.support.system,
            sources=[other for other in sources if other is not episode],
            episodes=[Episode(support, episode.query) for support in _supports(episode.support, units)],
        )
        for episode in sources
    ]


def _supports(support: Windows, units: int) -> list[Windows]:
    return [part for part in _parts(support, units) if 0 < part.truth.sum() < part.size] or [support]


def _parts(support: Windows, units: int) -> Iterator[Windows]:
    """Consecutive windows, as many to a part as come closest to that many units, and no part much smaller."""
    count = min(max(1, round(support.size / units)), len(support))
    for chosen in np.array_split(np.arange(len(support)), count):
        yield support.take(chosen)
