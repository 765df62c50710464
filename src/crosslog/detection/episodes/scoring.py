"""Scores of episodes: adapt on a labelled support, score support and query with every label withheld."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.episodes.adapting import STEPS, Rules, Stepwise, counted
from crosslog.detection.windows import Episode, Windows


class DetectorError(ValueError):
    """A detector broke its promise: a wrong shape, or a score that is not a finite number."""


class Scored(NamedTuple):
    """Scores of the support's and the query's events, what each adaptation step flags, and the seconds that it took."""

    frame: pl.DataFrame  # role, window, line, score, labelled
    steps: pl.DataFrame  # step, hits, alarms, anomalous, scored; empty where a method has no steps
    adapt_seconds: float
    score_seconds: float


class _Adapted(NamedTuple):
    detector: Detector
    given: NDArray[np.int64]  # lines whose labels it has had
    steps: pl.DataFrame
    seconds: float


def score_episodes(
    fitted: Detector, episodes: Sequence[Episode], sources: Sequence[Episode], rules: Rules
) -> Iterator[Scored]:
    """Adapt a fitted detector as the rules say and score each episode; no detector ever meets a label of a query.

    Raises
    ------
    DetectorError
        If the detector gives a wrong shape or a number that is not finite; it names the episode.
    """
    shared = None
    if getattr(fitted, "one_support", False):
        shared = _adapted(fitted, rules.one_support(episodes), sources)
    for number, episode in enumerate(episodes):
        try:
            adapted = shared or _adapted_to(episode, fitted, sources, rules)
            frame, seconds = _scored(adapted, episode, fitted.level)
        except DetectorError as error:
            raise DetectorError(f"episode {number}: {error}") from None
        yield Scored(frame, adapted.steps, adapted.seconds, seconds)
        shared = shared and shared._replace(seconds=0.0)


def _adapted_to(episode: Episode, fitted: Detector, sources: Sequence[Episode], rules: Rules) -> _Adapted:
    if not isinstance(fitted, Stepwise):
        return _adapted(fitted, episode.support, sources)
    start = time.perf_counter()
    detectors = list(fitted.adaptations(episode.support))
    seconds = time.perf_counter() - start
    query = episode.query.withheld()
    scores = [checked(detector.score(query), query, fitted.level) for detector in detectors]
    steps = counted(scores, episode.query, rules.threshold)
    chosen = rules.chosen(steps)
    marked = steps.with_columns(scored=pl.col("step") == chosen)
    return _Adapted(detectors[chosen], _labelled_lines(episode.support), marked, seconds)


def _adapted(fitted: Detector, support: Windows, sources: Sequence[Episode]) -> _Adapted:
    start = time.perf_counter()
    detector = fitted.adapt(support, sources)
    return _Adapted(detector, _labelled_lines(support), pl.DataFrame(schema=STEPS), time.perf_counter() - start)


def _labelled_lines(support: Windows) -> NDArray[np.int64]:
    return support.lines[support.real] if support.labelled else np.empty(0, np.int64)


def _scored(adapted: _Adapted, episode: Episode, level: str) -> tuple[pl.DataFrame, float]:
    start = time.perf_counter()
    scores = [checked(adapted.detector.score(windows.withheld()), windows, level) for windows in episode]
    seconds = time.perf_counter() - start
    frames = [
        _frame(windows, values, adapted.given).insert_column(0, pl.lit(role).alias("role"))
        for role, windows, values in zip(Episode._fields, episode, scores, strict=True)
    ]
    return pl.concat(frames), seconds


def checked(scores: NDArray[np.float32], windows: Windows, level: str) -> NDArray[np.float32]:
    """(n, length) finite float32 scores; a window's score is every of its events' score.

    Raises
    ------
    DetectorError
        If there are not as many as `level` says, or one is not finite.
    """
    expected = windows.ids.shape if level == "event" else windows.ids.shape[:1]
    if scores.shape != expected:
        raise DetectorError(f"it scored {scores.shape}, {expected} was expected at {level} level")
    bad = np.argwhere(~np.isfinite(scores))
    if len(bad):
        raise DetectorError(f"{len(bad)} of its scores are not finite, the first in window {bad[0][0]}")
    spread = scores if level == "event" else np.repeat(scores[:, None], windows.ids.shape[1], axis=1)
    return spread.astype(np.float32)


def _frame(windows: Windows, scores: NDArray[np.float32], given: NDArray[np.int64]) -> pl.DataFrame:
    """`given`: lines whose labels the detector has had; where a query overlaps its support, the audit sees it."""
    number = np.broadcast_to(np.arange(len(windows))[:, None], windows.ids.shape)
    real = windows.real
    return pl.DataFrame(
        {
            "window": pl.Series(number[real], dtype=pl.UInt32),
            "line": pl.Series(windows.lines[real], dtype=pl.UInt64),
            "score": pl.Series(scores[real], dtype=pl.Float32),
            "labelled": np.isin(windows.lines[real], given),
        }
    )
