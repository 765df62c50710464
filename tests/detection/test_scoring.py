"""Scoring gives a detector the support's labels and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from detection.asked import experiment
from detection.made import with_events
from detection.toy import problem

from crosslog.detection.episodes.adapting import AdaptationRules
from crosslog.detection.episodes.scoring import DetectorError, Scored, score_episodes
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import count_texts

SOURCES, TARGET = problem()
HONEST = AdaptationRules(experiment(), threshold=0.5)
PUBLISHED = AdaptationRules(experiment(protocol="published"), threshold=0.5)


@dataclass(frozen=True)
class Spy:
    """Notes what it is given; scores what it is told to."""

    answer: Any
    units: frozenset[str] = frozenset({"event"})
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
        scores, truth = zeros(windows), self.answer.truth
        order = np.argsort(~truth, kind="stable")[:1]  # an anomaly
        scores[[*order, *np.flatnonzero(~truth)][: self.step]] = 1
        return scores


def zeros(windows: Windows) -> np.ndarray:
    return np.zeros(windows.size, dtype=np.float32)


def lines_of(windows: Windows) -> list[int]:
    return windows.events.lines[windows.slots].tolist()


def scored(spy: Any, episode: Episode = TARGET, rules: AdaptationRules = HONEST) -> Scored:
    (only,) = score_episodes(spy, [episode], SOURCES, rules)
    return only


def as_unit(episode: Episode, unit: str) -> Episode:
    return Episode(*(replace(part, unit=unit) for part in episode))


def test_only_withheld_labels_are_given_to_score_and_only_the_support_to_adapt() -> None:
    spy = Spy(zeros)
    scored(spy)
    assert TARGET.query.truth.any()
    assert [windows.labelled for windows in spy.scored] == [False, False]
    assert not any(windows.truth.any() for windows in spy.scored)
    (given,) = spy.adapted
    assert lines_of(given) == lines_of(TARGET.support)


def test_labelled_says_whose_labels_the_detector_was_given() -> None:
    found = scored(Spy(zeros))
    assert found.frame.columns == ["role", "unit", "line", "score", "labelled"]
    support, query = found.frame.filter(role="support"), found.frame.filter(role="query")
    assert support["labelled"].all()
    assert not query["labelled"].any()
    assert support.height == query.height == 410
    assert found.support == 0


def test_a_query_that_overlaps_its_support_is_marked_as_labelled() -> None:
    overlapping = Episode(TARGET.support, TARGET.support)
    assert scored(Spy(zeros), overlapping).frame.filter(role="query")["labelled"].all()


def test_units_are_numbered_from_zero_in_order_of_windows_and_their_events() -> None:
    frame = scored(Spy(lambda windows: windows.events.lines[windows.slots].astype(np.float32))).frame
    query = frame.filter(role="query")
    assert query["unit"].to_list() == list(range(410))
    assert query["line"].to_list() == lines_of(TARGET.query)
    assert query["score"].cast(int).to_list() == lines_of(TARGET.query)


@pytest.mark.parametrize("unit", ["window", "session"])
def test_what_scores_events_is_judged_at_windows_by_the_highest(unit: str) -> None:
    spy = Spy(lambda windows: np.arange(windows.size, dtype=np.float32))
    query = scored(spy, as_unit(TARGET, unit)).frame.filter(role="query")
    assert query["score"].to_list() == [*range(19, 400, 20), 409]
    assert {windows.unit for windows in spy.scored} == {"event"}


def test_what_scores_windows_is_given_windows_and_refuses_events() -> None:
    spy = Spy(zeros, units=frozenset({"window"}))
    assert scored(spy, as_unit(TARGET, "window")).frame.height == 42
    with pytest.raises(DetectorError, match="it scores windows, and the experiment's unit is the event: take it off"):
        scored(spy)


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(DetectorError, match=r"it scored \(21,\), \(410,\) was expected at event level"):
        scored(Spy(lambda windows: np.zeros(len(windows), dtype=np.float32)))


def test_a_score_that_is_not_finite_is_refused() -> None:
    def broken(windows: Windows) -> np.ndarray:
        scores = zeros(windows)
        scores[64] = np.nan
        return scores

    with pytest.raises(DetectorError, match="1 of its scores are not finite, the first of event 64"):
        scored(Spy(broken))


def test_withheld_windows_cannot_be_learnt_from() -> None:
    with pytest.raises(ValueError, match="withheld"):
        count_texts([TARGET.query.withhold()])


def test_a_method_without_steps_has_none() -> None:
    assert scored(Spy(zeros)).steps.is_empty()


def test_each_step_is_counted_from_before_the_first_and_the_last_is_scored() -> None:
    found = scored(Stepping(TARGET.query))
    anomalous = int(TARGET.query.truth.sum())
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
    calm = with_events(TARGET.query, labels=np.zeros_like(TARGET.query.events.labels))
    blind = Episode(TARGET.support, calm)
    assert scored(Stepping(blind.query), blind, PUBLISHED).steps["scored"].to_list() == [False, True, False, False]


def shifted(episode: Episode, lines: int) -> Episode:
    """The same events further down the log."""
    return Episode(*(with_events(part, lines=part.events.lines + lines) for part in episode))


@dataclass(frozen=True)
class OneSupport(Spy):
    """A method that is adapted once."""

    one_support: bool = True


def test_a_method_of_one_support_is_adapted_once_and_says_whose_support_it_was() -> None:
    spy, episodes = OneSupport(zeros), [TARGET, shifted(TARGET, 1000), shifted(TARGET, 2000)]
    found = list(score_episodes(spy, episodes, SOURCES, HONEST))
    (support,) = spy.adapted
    assert lines_of(support) == lines_of(TARGET.support)
    assert [each.support for each in found] == [0, 0, 0]
    for each in found:
        assert each.frame.filter(role="support")["labelled"].all()
        assert not each.frame.filter(role="query")["labelled"].any()
    assert len(spy.scored) == 6
    assert [each.adapt_seconds > 0 for each in found] == [True, False, False]


def test_the_one_support_ends_before_every_query_unless_as_published() -> None:
    episodes = [shifted(TARGET, 1000 * number) for number in range(8)]
    honest, published = (
        {
            AdaptationRules(experiment(protocol=protocol, sampling_seed=seed), 0.5).choose_support(episodes)
            for seed in range(20)
        }
        for protocol in ("honest", "published")
    )
    assert honest == {0}
    assert len(published) > 4
