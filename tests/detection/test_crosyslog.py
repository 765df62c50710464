"""CroSysLog: what its training owes to each source, and what its steps on the target do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from detection.toy import auroc, problem

from crosslog.detection.detectors.crosyslog import CroSysLog

SOURCES, TARGET = problem()
SETTINGS = {
    "window": 100,
    "hidden_size": 8,
    "layers": 1,
    "inner_learning_rate": 0.3,
    "outer_learning_rate": 0.01,
    "inner_steps": 3,
    "test_steps": 10,
    "meta_steps": 10,
    "second_order": False,
    "class_weights": False,
    "weight_decay": 0.01,
    "seed": 1,
}
VARIANTS = [{}, {"layers": 2}, {"second_order": True}, {"class_weights": True}]


def fitted(**changed: object) -> CroSysLog:
    return CroSysLog(**{**SETTINGS, **changed}).fit(SOURCES)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_source_changes_the_weights(variant: dict[str, object]) -> None:
    few = {**SETTINGS, "meta_steps": 3, **variant}
    learnt = CroSysLog(**few).fit(SOURCES).state
    for left_out in range(2):
        others = CroSysLog(**few).fit([s for i, s in enumerate(SOURCES) if i != left_out]).state
        assert all(not np.array_equal(learnt[name], others[name]) for name in learnt)


@cache
def plain_of_many_steps() -> CroSysLog:
    return fitted(meta_steps=20)


@pytest.mark.parametrize("variant", VARIANTS[1:], ids=str)
def test_each_choice_changes_what_is_learnt_and_still_learns(variant: dict[str, object]) -> None:
    plain, other = plain_of_many_steps(), fitted(meta_steps=20, **variant)
    assert any(not np.array_equal(plain.state[name], other.state[name]) for name in plain.state)
    scores = other.adapt(TARGET.support, SOURCES).score(TARGET.query.withhold())
    assert auroc(scores, TARGET.query.truth) > 0.9


def test_a_second_layer_has_weights_of_its_own_that_are_trained() -> None:
    before, after = (fitted(layers=2, meta_steps=steps).state for steps in (0, 1))
    upper = [name for name in before if name.startswith("layers.1.")]
    assert len(upper) == 3
    assert all(not np.array_equal(before[name], after[name]) for name in upper)


def test_weights_are_restored_between_episodes() -> None:
    start = fitted(meta_steps=1)
    before = {name: array.copy() for name, array in start.state.items()}
    alone = start.adapt(TARGET.support, SOURCES).state
    start.adapt(SOURCES[0].support, SOURCES)
    after = start.adapt(TARGET.support, SOURCES).state
    assert all(np.array_equal(before[name], start.state[name]) for name in before)
    assert all(np.array_equal(alone[name], after[name]) for name in alone)
    assert all(not np.array_equal(alone[name], before[name]) for name in alone)


def test_steps_can_be_scored_one_by_one_from_none_to_the_last() -> None:
    start, query = fitted(meta_steps=1), TARGET.query.withhold()
    steps = [step.score(query) for step in start.adaptations(TARGET.support)]
    assert len(steps) == 11
    assert np.array_equal(steps[0], start.score(query))
    assert np.array_equal(steps[-1], start.adapt(TARGET.support, SOURCES).score(query))
    assert all(not np.array_equal(*pair) for pair in zip(steps[1:], steps[:-1], strict=True))


def test_adaptation_beats_the_weights_it_starts_from() -> None:
    query = TARGET.query.withhold()
    steps = [step.score(query) for step in fitted(meta_steps=1).adaptations(TARGET.support)]
    before, after = (auroc(scores, TARGET.query.truth) for scores in (steps[0], steps[-1]))
    assert after > max(before, 0.9)


def test_meta_learning_beats_a_random_start_at_equal_adaptation() -> None:
    random, learnt = (fitted(test_steps=1, meta_steps=steps).adapt(TARGET.support, SOURCES) for steps in (0, 10))
    before, after = (
        auroc(detector.score(TARGET.query.withhold()), TARGET.query.truth) for detector in (random, learnt)
    )
    assert after > before + 0.05


def test_a_window_longer_than_the_method_s_own_is_gone_through_in_runs_of_that_length() -> None:
    whole = TARGET.query.take(slice(0, 5))
    short = replace(fitted(), window=7)
    alone = [short.score(whole.cut_runs(7).take(slice(number, number + 1))) for number in range(3)]
    assert short.score(whole)[:20].tolist() == np.concatenate(alone).tolist()
    assert not np.array_equal(short.score(whole), fitted().score(whole))
