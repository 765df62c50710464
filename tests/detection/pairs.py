"""The small problem in windows of two events: systems differ in a direction of their own."""

from __future__ import annotations

from dataclasses import replace

from detection.toy import problem

from crosslog.detection.events import Episode, Windows


def problem_of_pairs() -> tuple[list[Episode], Episode]:
    """Two source episodes and one of the target."""
    sources, target = problem()
    *taught, watched = (Episode(*map(_pair, episode.parts)) for episode in (*sources, target))
    return taught, watched


def _pair(given: Windows) -> Windows:
    return replace(given.cut_runs(2), unit="window")
