"""Scoring gives a detector the support's labels and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from detection.toy import problem

from crosslog.detection.episodes.scoring import DetectorError, score_episode
from crosslog.detection.learning.counts import message_counts
from crosslog.detection.windows import Episode, Windows

SOURCES, TARGET = problem()


@dataclass(frozen=True)
class Spy:
    """Notes what it is given; scores what it is told to."""

    answer: Any
    level: str = "event"
    state: dict[str, Any] = field(default_factory=dict)
    adapted: list[Windows] = field(default_factory=list)
    scored: list[Windows] = field(default_factory=list)

    def fit(self, sources: Sequence[Episode]) -> Spy:
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Spy:
        self.adapted.append(support)
        return replace(self)

    def score(self, windows: Windows) -> np.ndarray:
        self.scored.append(windows)
        return self.answer(windows)


def zeros(windows: Windows) -> np.ndarray:
    return np.zeros(windows.ids.shape, dtype=np.float32)


def test_only_withheld_labels_are_given_to_score_and_only_the_support_to_adapt() -> None:
    spy = Spy(zeros)
    score_episode(spy, TARGET, SOURCES)
    assert TARGET.query.labels.any()
    assert [windows.labelled for windows in spy.scored] == [False, False]
    assert not any(windows.labels.any() for windows in spy.scored)
    (given,) = spy.adapted
    assert given.lines[given.real].tolist() == TARGET.support.lines[TARGET.support.real].tolist()


def test_labelled_says_whose_labels_the_detector_was_given_and_no_line_is_both() -> None:
    frame = score_episode(Spy(zeros), TARGET, SOURCES).frame
    assert frame.columns == ["role", "window", "line", "score", "labelled"]
    support, query = frame.filter(role="support"), frame.filter(role="query")
    assert support["labelled"].all()
    assert not query["labelled"].any()
    assert not set(support["line"]) & set(query["line"])
    assert support.height == query.height == 410


def test_a_query_that_overlaps_its_support_is_marked_as_labelled() -> None:
    overlapping = Episode(TARGET.support, TARGET.support)
    query = score_episode(Spy(zeros), overlapping, SOURCES).frame.filter(role="query")
    assert query["labelled"].all()


def test_padding_has_no_score_and_windows_are_numbered_from_zero() -> None:
    frame = score_episode(Spy(lambda windows: windows.lines.astype(np.float32)), TARGET, SOURCES).frame
    query = frame.filter(role="query")
    assert query["line"].to_list() == query["score"].cast(int).to_list()
    assert query["window"].to_list() == [i // 20 for i in range(410)]


def test_each_event_carries_its_windows_score() -> None:
    spy = Spy(lambda windows: np.arange(len(windows), dtype=np.float32), level="window")
    query = score_episode(spy, TARGET, SOURCES).frame.filter(role="query")
    assert query["score"].cast(int).to_list() == query["window"].to_list()


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(DetectorError, match=r"it scored \(21,\), \(21, 20\) was expected at event level"):
        score_episode(Spy(lambda windows: np.zeros(len(windows), dtype=np.float32)), TARGET, SOURCES)


def test_a_score_that_is_not_finite_is_refused() -> None:
    def broken(windows: Windows) -> np.ndarray:
        scores = zeros(windows)
        scores[3, 4] = np.nan
        return scores

    with pytest.raises(DetectorError, match="1 of its scores are not finite, the first in window 3"):
        score_episode(Spy(broken), TARGET, SOURCES)


def test_withheld_windows_cannot_be_learnt_from() -> None:
    with pytest.raises(ValueError, match="withheld"):
        message_counts([TARGET.query.withheld()])
