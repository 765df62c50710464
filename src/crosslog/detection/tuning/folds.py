"""Leave one source out: each source system plays the target once, in episodes with supports of the target's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from crosslog.detection.windows import Episode, Windows


class Fold(NamedTuple):
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


def leave_one_out(sources: Sequence[Episode], events: int) -> list[Fold]:
    """One fold per source, in their order.

    Parameters
    ----------
    sources
        One labelled episode per source system.
    events
        What a target's support holds; the span of the source left out is cut into supports of about that many, and
        those with both classes are kept. Where none has both, the whole span is the support.

    Raises
    ------
    ValueError
        If there are fewer than two sources.
    """
    if len(sources) < 2:
        there = ", ".join(episode.support.system for episode in sources) or "none"
        raise ValueError(f"leaving one source out needs two, there is {there}: name another source in params.yaml")
    return [
        Fold(
            left_out=episode.support.system,
            sources=[other for other in sources if other is not episode],
            episodes=[Episode(support, episode.query) for support in _supports(episode.support, events)],
        )
        for episode in sources
    ]


def _supports(span: Windows, events: int) -> list[Windows]:
    return [part for part in _parts(span, events) if _has_both_classes(part)] or [span]


def _parts(span: Windows, events: int) -> Iterator[Windows]:
    """Consecutive windows, as many to a part as come closest to that many events, and no part much smaller."""
    count = min(max(1, round(span.real.sum() / events)), len(span))
    for chosen in np.array_split(np.arange(len(span)), count):
        yield replace(
            span,
            ids=span.ids[chosen],
            messages=span.messages[chosen],
            labels=span.labels[chosen],
            lines=span.lines[chosen],
        )


def _has_both_classes(windows: Windows) -> bool:
    labels = windows.labels[windows.real]
    return bool(labels.any() and not labels.all())
