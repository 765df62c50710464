"""Scores of episodes: adapt on a labelled support, score support and query with every label withheld."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.episodes.adapting import STEP_COLUMNS, AdaptationRules, Stepwise, count_steps
from crosslog.detection.events import Episode, Windows
from crosslog.faults import UserError


class DetectorError(UserError, ValueError):
    """A detector cannot score a unit, or broke its promise: a wrong shape, or a score that is not finite."""


class Scored(NamedTuple):
    """Scores of an episode's query and of the support that the detector was given, and the seconds that it took."""

    frame: pl.DataFrame  # role, unit, line, score, labelled
    support: int  # the episode whose support the detector was given
    steps: pl.DataFrame  # step, hits, alarms, anomalous, scored; empty where a method has no steps
    adapt_seconds: float
    score_seconds: float


class _Adapted(NamedTuple):
    detector: Detector
    support: int
    given: Windows
    steps: pl.DataFrame
    seconds: float


def score_episodes(
    fitted: Detector, episodes: Sequence[Episode], sources: Sequence[Episode], rules: AdaptationRules
) -> Iterator[Scored]:
    """Adapt a fitted detector as the rules say and score each episode; no detector ever meets a label of a query.

    Raises
    ------
    DetectorError
        If the detector gives a wrong shape or a number that is not finite; it names the episode.
    """
    shared = None
    if getattr(fitted, "one_support", False):
        number = rules.choose_support(episodes)
        shared = _adapt(fitted, number, episodes[number].support, sources)
    for number, episode in enumerate(episodes):
        try:
            adapted = shared or _adapt_to(number, episode, fitted, sources, rules)
            frame, seconds = _score(adapted, episode)
        except DetectorError as error:
            raise DetectorError(f"episode {number}: {error}") from None
        yield Scored(frame, adapted.support, adapted.steps, adapted.seconds, seconds)
        shared = shared and shared._replace(seconds=0.0)


def score_units(detector: Detector, windows: Windows) -> NDArray[np.float32]:
    """(size,) finite float32 scores, one per unit; where it scores events alone, a window has its highest event's.

    Raises
    ------
    DetectorError
        If there are not as many as there are units, one is not finite, or the detector cannot score such units.
    """
    if windows.unit in detector.units:
        return _checked(detector.score(windows), windows)
    if "event" not in detector.units:
        able = " and ".join(f"{unit}s" for unit in sorted(detector.units))
        raise DetectorError(f"it scores {able}, and the experiment's unit is the {windows.unit}: take it off its list")
    return windows.highest(_checked(detector.score(windows.as_events()), windows.as_events()))


def _checked(scores: NDArray[np.float32], windows: Windows) -> NDArray[np.float32]:
    if scores.shape != (windows.size,):
        raise DetectorError(f"it scored {scores.shape}, {(windows.size,)} was expected at {windows.unit} level")
    bad = np.flatnonzero(~np.isfinite(scores))
    if len(bad):
        raise DetectorError(f"{len(bad)} of its scores are not finite, the first of {windows.unit} {bad[0]}")
    return scores.astype(np.float32)


def _adapt_to(
    number: int, episode: Episode, fitted: Detector, sources: Sequence[Episode], rules: AdaptationRules
) -> _Adapted:
    if not isinstance(fitted, Stepwise) or episode.query is None:
        return _adapt(fitted, number, episode.support, sources)
    start = time.perf_counter()
    detectors = list(fitted.adaptations(episode.support))
    seconds = time.perf_counter() - start
    query = episode.query.withhold()
    steps = count_steps([score_units(each, query) for each in detectors], episode.query.truth, rules.threshold)
    chosen = rules.choose_step(steps)
    marked = steps.with_columns(scored=pl.col("step") == chosen)
    return _Adapted(detectors[chosen], number, episode.support, marked, seconds)


def _adapt(fitted: Detector, number: int, support: Windows, sources: Sequence[Episode]) -> _Adapted:
    start = time.perf_counter()
    detector = fitted.adapt(support, sources)
    return _Adapted(detector, number, support, pl.DataFrame(schema=STEP_COLUMNS), time.perf_counter() - start)


def _score(adapted: _Adapted, episode: Episode) -> tuple[pl.DataFrame, float]:
    """Support, as given, and query."""
    assert episode.query is not None, "an episode to be scored has a query"
    start = time.perf_counter()
    both = {"support": adapted.given, "query": episode.query}
    scores = {role: score_units(adapted.detector, windows.withhold()) for role, windows in both.items()}
    seconds = time.perf_counter() - start
    frames = [
        _frame(both[role], values, adapted.given).insert_column(0, pl.lit(role).alias("role"))
        for role, values in scores.items()
    ]
    return pl.concat(frames), seconds


def _frame(windows: Windows, scores: NDArray[np.float32], given: Windows) -> pl.DataFrame:
    """`labelled`: whether the detector has had the label of any event of a unit, in whichever window it was."""
    lines = windows.events.lines
    known = np.isin(lines[windows.slots], given.events.lines[given.slots] if given.labelled else [])
    labelled = known if windows.unit == "event" else windows.highest(known.astype(np.float32)) > 0
    return pl.DataFrame(
        {
            "unit": pl.Series(np.arange(windows.size), dtype=pl.UInt32),
            "line": pl.Series(
                lines[windows.slots if windows.unit == "event" else windows.bounds[:, 0]], dtype=pl.UInt64
            ),
            "score": pl.Series(scores, dtype=pl.Float32),
            "labelled": labelled,
        }
    )
