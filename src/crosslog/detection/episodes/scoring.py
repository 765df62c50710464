"""Scores of one episode: adapt on the labelled support, score support and query with every label withheld."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.windows import Episode, Windows


class DetectorError(ValueError):
    """A detector broke its promise: a wrong shape, or a score that is not a finite number."""


class Scored(NamedTuple):
    """Scores of the support's and the query's events, and the seconds that it took."""

    frame: pl.DataFrame  # role, window, line, score, labelled
    adapt_seconds: float
    score_seconds: float


def score_episode(fitted: Detector, episode: Episode, sources: list[Episode]) -> Scored:
    """Adapt a fitted detector to an episode and score it; the detector never meets a label of the query.

    Raises
    ------
    DetectorError
        If the detector gives a wrong shape or a number that is not finite.
    """
    start = time.perf_counter()
    adapted = fitted.adapt(episode.support, sources)
    ready = time.perf_counter()
    scores = [checked(adapted.score(windows.withheld()), windows, fitted.level) for windows in episode]
    done = time.perf_counter()
    given = episode.support.lines[episode.support.real] if episode.support.labelled else np.empty(0, np.int64)
    frames = [
        _frame(windows, values, given).insert_column(0, pl.lit(role).alias("role"))
        for role, windows, values in zip(Episode._fields, episode, scores, strict=True)
    ]
    return Scored(pl.concat(frames), ready - start, done - ready)


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
