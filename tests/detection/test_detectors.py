"""What each plain detector answers, on a support of six events."""

from __future__ import annotations

import numpy as np
import pytest
from detection.made import make_texts, make_windows, with_texts

from crosslog.detection.detectors.exact_match import ExactMatch
from crosslog.detection.detectors.keyword import Keyword
from crosslog.detection.detectors.level import LogLevel
from crosslog.detection.detectors.logistic import Logistic
from crosslog.detection.detectors.logistic_sources import LogisticSources
from crosslog.detection.detectors.nearest_neighbour import NearestNeighbour
from crosslog.detection.detectors.protonet import ProtoNet
from crosslog.detection.events import Episode, Windows
from crosslog.detection.hints.words import FAILURE_WORDS

TABLE = np.array([[1, 0], [0, 1], [-1, 0], [0.8, 0.6], [0.6, 0.8], [-0.6, -0.8]], dtype=np.float32)
MESSAGES = ["Fan FAILED at <num>", "all well", "failover done", "no_error", "error: disk", "link dead"]
TEXTS = make_texts(TABLE, messages=MESSAGES, severities=np.array([-1, 0, 1, 3, 4, 7], dtype=np.int8))


def windows(ids: list[int], anomalous: list[int]) -> Windows:
    """One window; message i has vector i and severity i."""
    return make_windows([ids], [anomalous], TEXTS)


QUERY = windows([0, 1, 2, 3, 4, 5], [0] * 6).withhold()
SUPPORT = windows([0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 1, 1])


def test_exact_match_remembers_shares_and_knows_nothing_else() -> None:
    mixed = windows([0, 0, 0, 0, 1, 2], [1, 0, 0, 0, 1, 0])
    scores = ExactMatch().adapt(mixed, []).score(QUERY)
    assert scores.tolist() == [0.25, 1, 0, 0, 0, 0]


def test_exact_match_knows_a_message_by_its_text_and_not_by_its_number() -> None:
    adapted = ExactMatch().adapt(windows([0, 0, 1, 2], [1, 0, 1, 0]), [])
    turned = with_texts(windows([0, 1, 2, 3, 4, 5], [0] * 6), messages=[*MESSAGES[::-1]])
    assert adapted.score(turned).tolist() == [0, 0, 0, 0, 1, 0.5]
    other = with_texts(windows([1, 0], [0, 0]), messages=["all well", "a message of its own"])
    assert adapted.score(other).tolist() == [0, 1]


def test_the_nearest_class_wins_and_equal_distance_is_a_tie() -> None:
    support = windows([0, 1], [0, 1])
    scores = NearestNeighbour().adapt(support, []).score(QUERY)
    assert scores[[0, 1]].tolist() == [0.25, 0.75]
    assert scores[2] == pytest.approx(0.5 + (0 - -1) / 4)
    assert scores[3] == pytest.approx(0.5 + (0.6 - 0.8) / 4)
    assert scores[4] == pytest.approx(0.5 + (0.8 - 0.6) / 4)


def test_a_text_with_both_labels_scores_its_share() -> None:
    support = windows([0, 0, 0, 0, 1], [1, 1, 1, 0, 0])
    assert NearestNeighbour().adapt(support, []).score(QUERY)[0] == 0.75


def test_a_class_that_the_support_lacks_is_as_far_as_can_be() -> None:
    scores = NearestNeighbour().adapt(windows([0, 0], [0, 0]), []).score(QUERY)
    assert scores[:3].tolist() == [0, 0.25, 0.5]


def test_logistic_regression_weighs_a_text_by_its_events() -> None:
    block = {"inverse_penalty": 1.0, "balanced": False, "max_iterations": 100}
    few, many = (windows([0] + [1] * count, [0] + [1] * count) for count in (1, 20))
    scores = [Logistic(**block).adapt(support, []).score(QUERY)[3] for support in (few, many)]
    assert scores[0] < scores[1]


def test_logistic_regression_on_one_class_gives_its_odds() -> None:
    block = {"inverse_penalty": 1.0, "balanced": False, "max_iterations": 100}
    scores = Logistic(**block).adapt(windows([0, 1, 2], [0, 0, 0]), []).score(QUERY)
    assert np.allclose(scores, 0.5 / 4)


def test_sources_speak_where_the_support_is_silent() -> None:
    block = {"inverse_penalty": 10.0, "balanced": True, "max_iterations": 100, "support_weight": 1.0}
    source = Episode(windows([1, 5], [0, 1]), windows([4, 5], [0, 1]))
    scores = LogisticSources(**block).fit([source]).adapt(windows([0, 0], [0, 0]), [source]).score(QUERY)
    assert scores[5] > 0.5 > scores[1]


def test_the_supports_weight_overrules_the_sources() -> None:
    block = {"inverse_penalty": 10.0, "balanced": False, "max_iterations": 100}
    source = Episode(windows([1, 5] * 3, [0, 1] * 3), windows([1, 5] * 3, [0, 1] * 3))
    support = windows([1, 5], [1, 0])
    light, heavy = (
        LogisticSources(**block, support_weight=weight).adapt(support, [source]).score(QUERY) for weight in (0.1, 99)
    )
    assert light[5] > 0.5 > heavy[5]


def test_keywords_are_whole_words_in_any_case() -> None:
    assert Keyword().score(QUERY).tolist() == [1, 0, 0, 0, 1, 1]
    assert len(FAILURE_WORDS) == len(set(FAILURE_WORDS)) == 24


def test_an_unknown_level_is_no_alarm() -> None:
    assert np.allclose(LogLevel().score(QUERY) * 7, [0, 0, 1, 3, 4, 7])


def test_prototypes_are_means_over_texts_not_lines() -> None:
    block = {"hidden_size": 4, "embedding_size": 2, "shots": 2, "steps": 0, "learning_rate": 0.1, "weight_decay": 0.0}
    source = Episode(SUPPORT, SUPPORT)
    fitted = ProtoNet(**block, seed=1).fit([source])
    once, often = (
        fitted.adapt(windows(ids, [int(i == 2) for i in ids]), [source]).state["prototypes"]
        for ids in ([0, 1, 2], [0, 0, 0, 0, 1, 2, 2])
    )
    assert np.array_equal(once, often)


def test_a_missing_class_takes_the_sources_prototype() -> None:
    block = {"hidden_size": 4, "embedding_size": 2, "shots": 2, "steps": 0, "learning_rate": 0.1, "weight_decay": 0.0}
    source = Episode(SUPPORT, SUPPORT)
    fitted = ProtoNet(**block, seed=1).fit([source])
    lacking = fitted.adapt(windows([3, 4], [0, 0]), [source]).state["prototypes"]
    whole = fitted.adapt(SUPPORT, [source]).state["prototypes"]
    assert np.array_equal(lacking[1], whole[1])
    assert not np.array_equal(lacking[0], whole[0])


def test_prototypes_without_any_anomalous_source_are_refused() -> None:
    block = {"hidden_size": 4, "embedding_size": 2, "shots": 2, "steps": 1, "learning_rate": 0.1, "weight_decay": 0.0}
    quiet = windows([0, 1], [0, 0])
    with pytest.raises(ValueError, match="no source has both normal and anomalous texts"):
        ProtoNet(**block, seed=1).fit([Episode(quiet, quiet)])
