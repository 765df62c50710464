"""Scoring gives a detector the support's labels and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from crosslog.detection.windows import Episode, Windows
from detection.asked import experiment
from detection.toy import problem

from crosslog.detection.episodes.adapting import Rules
from crosslog.detection.episodes.scoring import DetectorError, Scored, score_episodes
from crosslog.detection.learning.counts import count_texts

SOURCES, TARGET = problem()
HONEST = Rules(experiment(), threshold=0.5)
PUBLISHED = Rules(experiment(protocol="published"), threshold=0.5)


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


@dataclass(frozen=True)
class Stepping(Spy):
    """Flags one event more after each step: step 1 hits the query's first anomaly, later ones are false alarms."""

    step: int = 0

    def adaptations(self, support: Windows) -> Iterator[Stepping]:
        self.adapted.append(support)
        return (replace(self, step=step) for step in range(4))

    def score(self, windows: Windows) -> np.ndarray:
        scores = zeros(windows)
        order = np.argsort(~self.answer.labels.ravel(), kind="stable")[:1]  # an anomaly
        normal = np.flatnonzero(~self.answer.labels & self.answer.real)
        scores.ravel()[[*order, *normal][: self.step]] = 1
        return scores


def zeros(windows: Windows) -> np.ndarray:
    return np.zeros(windows.ids.shape, dtype=np.float32)


def scored(spy: Any, episode: Episode = TARGET, rules: Rules = HONEST) -> Scored:
    (only,) = score_episodes(spy, [episode], SOURCES, rules)
    return only


def test_only_withheld_labels_are_given_to_score_and_only_the_support_to_adapt() -> None:
    spy = Spy(zeros)
    scored(spy)
    assert TARGET.query.labels.any()
    assert [windows.labelled for windows in spy.scored] == [False, False]
    assert not any(windows.labels.any() for windows in spy.scored)
    (given,) = spy.adapted
    assert given.lines[given.real].tolist() == TARGET.support.lines[TARGET.support.real].tolist()


def test_labelled_says_whose_labels_the_detector_was_given_and_no_line_is_both() -> None:
    frame = scored(Spy(zeros)).frame
    assert frame.columns == ["role", "window", "line", "score", "labelled"]
    support, query = frame.filter(role="support"), frame.filter(role="query")
    assert support["labelled"].all()
    assert not query["labelled"].any()
    assert not set(support["line"]) & set(query["line"])
    assert support.height == query.height == 410


def test_a_query_that_overlaps_its_support_is_marked_as_labelled() -> None:
    overlapping = Episode(TARGET.support, TARGET.support)
    query = scored(Spy(zeros), overlapping).frame.filter(role="query")
    assert query["labelled"].all()


def test_padding_has_no_score_and_windows_are_numbered_from_zero() -> None:
    frame = scored(Spy(lambda windows: windows.lines.astype(np.float32))).frame
    query = frame.filter(role="query")
    assert query["line"].to_list() == query["score"].cast(int).to_list()
    assert query["window"].to_list() == [i // 20 for i in range(410)]


def test_each_event_carries_its_windows_score() -> None:
    spy = Spy(lambda windows: np.arange(len(windows), dtype=np.float32), level="window")
    query = scored(spy).frame.filter(role="query")
    assert query["score"].cast(int).to_list() == query["window"].to_list()


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(DetectorError, match=r"it scored \(21,\), \(21, 20\) was expected at event level"):
        scored(Spy(lambda windows: np.zeros(len(windows), dtype=np.float32)))


def test_a_score_that_is_not_finite_is_refused() -> None:
    def broken(windows: Windows) -> np.ndarray:
        scores = zeros(windows)
        scores[3, 4] = np.nan
        return scores

    with pytest.raises(DetectorError, match="1 of its scores are not finite, the first in window 3"):
        scored(Spy(broken))


def test_withheld_windows_cannot_be_learnt_from() -> None:
    with pytest.raises(ValueError, match="withheld"):
        count_texts([TARGET.query.withheld()])


def test_a_method_without_steps_has_none() -> None:
    assert scored(Spy(zeros)).steps.is_empty()


def test_each_step_is_counted_from_before_the_first_and_the_last_is_scored() -> None:
    found = scored(Stepping(TARGET.query))
    anomalous = int(TARGET.query.labels.sum())
    assert found.steps.rows() == [
        (0, 0, 0, anomalous, False),
        (1, 1, 1, anomalous, False),
        (2, 1, 2, anomalous, False),
        (3, 1, 3, anomalous, True),
    ]
    assert found.frame.filter(role="query")["score"].sum() == 3


def test_as_published_the_step_with_the_best_f1_on_the_query_is_scored() -> None:
    found = scored(Stepping(TARGET.query), rules=PUBLISHED)
    assert found.steps["scored"].to_list() == [False, True, False, False]
    assert found.frame.filter(role="query")["score"].sum() == 1


def test_as_published_no_step_at_all_is_never_the_best() -> None:
    blind = Episode(TARGET.support, replace(TARGET.query, labels=np.zeros_like(TARGET.query.labels)))
    assert scored(Stepping(blind.query), blind, PUBLISHED).steps["scored"].to_list() == [False, True, False, False]


def shifted(episode: Episode, lines: int) -> Episode:
    """The same events further down the log."""
    return Episode(*(replace(part, lines=np.where(part.real, part.lines + lines, part.lines)) for part in episode))


@dataclass(frozen=True)
class OneSupport(Spy):
    """A method that is adapted once."""

    one_support: bool = True


def test_a_method_of_one_support_is_adapted_once_and_knows_no_other_labels() -> None:
    spy, episodes = OneSupport(zeros), [TARGET, shifted(TARGET, 1000), shifted(TARGET, 2000)]
    found = list(score_episodes(spy, episodes, SOURCES, HONEST))
    (support,) = spy.adapted
    given = set(support.lines[support.real].tolist())
    for each in found:
        lines = set(each.frame.filter("labelled")["line"].to_list())
        assert lines == given & set(each.frame["line"].to_list())
    assert len(spy.scored) == 6
    assert [each.adapt_seconds > 0 for each in found] == [True, False, False]


def test_the_one_support_ends_before_every_query_unless_as_published() -> None:
    episodes = [shifted(TARGET, 1000 * number) for number in range(8)]
    seeds = range(20)
    honest, published = (
        {
            int(Rules(experiment(protocol=protocol, sampling_seed=seed), 0.5).one_support(episodes).lines[0, 0])
            for seed in seeds
        }
        for protocol in ("honest", "published")
    )
    assert honest == {1}
    assert len(published) > 4
