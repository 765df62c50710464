"""What detector.py promises, for every file in detectors/."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from detection.first_step import changes_in_the_first_step
from detection.made import with_events
from detection.restored import KIND, build
from detection.toy import auroc, only, problem_of
from imports import REPOSITORY, imports, modules
from safetensors.numpy import save_file

from crosslog import plugins
from crosslog.detection.detector import Detector
from crosslog.detection.episodes.scoring import score_units
from crosslog.detection.events import Episode, Windows
from crosslog.settings import Settings

NAMES = plugins.names(KIND)
STEPWISE = [name for name in NAMES if hasattr(plugins.load(KIND, name), "adaptations")]
PROBLEM_OF = cache(problem_of)


class Toy(NamedTuple):
    """The problem in the units of a detector, and its query without labels."""

    sources: list[Episode]
    target: Episode
    query: Windows


@cache
def toy_of(name: str) -> Toy:
    sources, target = PROBLEM_OF(plugins.load(KIND, name).units)
    return Toy(sources, target, target.query.withhold())


@cache
def fit_once(name: str) -> Any:
    return build(name).fit(toy_of(name).sources)


@cache
def adapt_once(name: str) -> Any:
    return fit_once(name).adapt(toy_of(name).target.support, toy_of(name).sources)


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def toy(name: str) -> Toy:
    return toy_of(name)


@pytest.fixture(scope="module")
def fitted(name: str) -> Any:
    return fit_once(name)


@pytest.fixture(scope="module")
def adapted(name: str) -> Any:
    return adapt_once(name)


@pytest.fixture(scope="module")
def scores_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Scores of every adapted detector, restored from what was saved of it by one other process."""
    folder = tmp_path_factory.mktemp("states")
    for name in NAMES:
        save_file(dict(adapt_once(name).state), folder / f"{name}.safetensors")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-m", "detection.restored", str(folder)], env=environment, check=True)
    return np.load(folder / "scores.npz")


def own_fields(name: str) -> set[str]:
    """The fields that its block gives it."""
    return {field.name for field in dataclasses.fields(plugins.load(KIND, name))} - {"seed", "state"}


def test_params_and_its_own_small_sizes_give_every_field_and_nothing_else(name: str) -> None:
    assert set(plugins.load(KIND, name).small) == own_fields(name)
    in_params = Settings.load(REPOSITORY / "params.yaml").detectors
    if name not in in_params:
        pytest.skip(f"params.yaml has no block for {name}: the pipeline does not run it")
    assert set(in_params[name]) == own_fields(name)


def test_it_is_a_frozen_dataclass_without_defaults(name: str) -> None:
    plugin = plugins.load(KIND, name)
    assert issubclass(plugin, Detector)
    assert plugin.__dataclass_params__.frozen
    assert "__dataclass_params__" in vars(plugin)
    assert not [field.name for field in dataclasses.fields(plugin) if field.default is not dataclasses.MISSING]
    assert plugin.units
    assert plugin.units <= {"event", "window", "session"}


def test_there_is_one_finite_score_each(toy: Toy, adapted: Any) -> None:
    score_units(adapted, toy.query)


@pytest.mark.parametrize("label", [True, False])
def test_a_support_with_a_single_class_will_do(toy: Toy, fitted: Any, label: bool) -> None:
    one_sided = fitted.adapt(only(toy.target.support, label), toy.sources)
    score_units(one_sided, toy.query)


def test_what_is_anomalous_scores_higher(toy: Toy, name: str, fitted: Any, adapted: Any) -> None:
    if not adapted.state:
        pytest.skip(f"{name} learns nothing, so it owes nothing on a toy")
    scores, labels = adapted.score(toy.query), toy.target.query.truth
    least = 0.9 if learns_from_labels(toy, fitted, scores) else 0.6  # a quarter is anomalous: not few, if different
    known = np.isin(toy.query.events.units[toy.query.slots], toy.target.support.events.units)
    seen = known if toy.query.unit == "event" else toy.query.highest(~known) == 0
    assert auroc(scores[seen], labels[seen]) > least
    says_nothing = len(np.unique(scores[~seen])) == 1
    assert says_nothing or auroc(scores[~seen], labels[~seen]) > least


def learns_from_labels(toy: Toy, fitted: Any, scores: np.ndarray) -> bool:
    """Whether the support's labels, turned round, change the scores."""
    turned = with_events(toy.target.support, labels=~toy.target.support.events.labels)
    return not np.array_equal(fitted.adapt(turned, toy.sources).score(toy.query), scores)


def test_adapting_leaves_the_fitted_detector_alone(toy: Toy, fitted: Any) -> None:
    before = {key: array.copy() for key, array in fitted.state.items()}
    fitted.adapt(toy.target.support, toy.sources)
    assert set(before) == set(fitted.state)
    assert all(np.array_equal(before[key], fitted.state[key]) for key in before)


def test_adapting_anew_forgets_the_last_adaptation(toy: Toy, fitted: Any) -> None:
    first = fitted.adapt(toy.target.support, toy.sources).score(toy.query)
    fitted.adapt(only(toy.target.support, True), toy.sources)
    assert np.array_equal(first, fitted.adapt(toy.target.support, toy.sources).score(toy.query))


def test_a_state_holds_numbers_before_and_after_adapting(fitted: Any, adapted: Any) -> None:
    for state in (fitted.state, adapted.state):
        assert all(np.issubdtype(array.dtype, np.number) for array in state.values())


def test_a_state_restored_in_another_process_gives_the_same_scores(
    toy: Toy, name: str, adapted: Any, scores_elsewhere: Any
) -> None:
    assert np.array_equal(adapted.score(toy.query), scores_elsewhere[name])


def test_a_score_does_not_depend_on_the_batch_around_it(toy: Toy, adapted: Any) -> None:
    half = len(toy.target.query) // 2
    parts = [adapted.score(toy.query.take(chosen)) for chosen in (slice(None, half), slice(half, None))]
    assert np.allclose(adapted.score(toy.query), np.concatenate(parts), atol=1e-5)


def test_a_seed_fixes_the_result_and_another_changes_it(toy: Toy, name: str, adapted: Any) -> None:
    again = build(name).fit(toy.sources).adapt(toy.target.support, toy.sources)
    assert np.array_equal(adapted.score(toy.query), again.score(toy.query))
    if hasattr(adapted, "seed"):
        other = build(name, seed=2).fit(toy.sources).adapt(toy.target.support, toy.sources)
        assert not np.array_equal(adapted.score(toy.query), other.score(toy.query))


def test_labels_of_what_is_scored_are_never_read(toy: Toy, adapted: Any) -> None:
    given, withheld = adapted.score(toy.target.query), adapted.score(toy.query)
    inverted = adapted.score(with_events(toy.target.query, labels=~toy.target.query.events.labels))
    assert np.array_equal(given, withheld)
    assert np.array_equal(given, inverted)


@pytest.mark.parametrize("stepwise", STEPWISE)
def test_adaptation_steps_go_from_the_fitted_detector_to_the_adapted_one(stepwise: str) -> None:
    toy, fitted = toy_of(stepwise), fit_once(stepwise)
    first, *between, last = (step.score(toy.query) for step in fitted.adaptations(toy.target.support))
    assert np.array_equal(first, fitted.score(toy.query))
    assert np.array_equal(last, adapt_once(stepwise).score(toy.query))
    assert all(not np.array_equal(last, scores) for scores in (first, *between))


def test_inputs_are_left_as_they_are(toy: Toy, fitted: Any) -> None:
    events = toy.target.support.events
    before = [array.copy() for array in (events.units, events.messages, events.labels, events.texts.table)]
    fitted.adapt(toy.target.support, toy.sources).score(toy.target.support.withhold())
    after = [events.units, events.messages, events.labels, events.texts.table]
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))


def test_every_trainable_parameter_changes_in_one_training_step(toy: Toy, name: str, fitted: Any) -> None:
    if not leans_on_torch(f"crosslog.{KIND}.{name}"):
        pytest.skip(f"{name} has no network")
    assert fitted.trainable, f"{name} imports torch: it must name its parameters in `trainable`"
    changes = changes_in_the_first_step(lambda: build(name).fit(toy.sources).adapt(toy.target.support, toy.sources))
    assert [change.shape for change in changes] == [fitted.state[key].shape for key in fitted.trainable]
    for key, change in zip(fitted.trainable, changes, strict=True):
        assert change.any(), f"{key} stays as it was drawn"


def leans_on_torch(name: str) -> bool:
    """Whether a module, or one of crosslog's that it imports, imports torch."""
    seen: set[str] = set()
    todo = {name}
    while todo:
        module = todo.pop()
        seen.add(module)
        todo |= {target for target in imports(module) if target in modules()} - seen
    return any(target.split(".")[0] == "torch" for module in seen for target in imports(module))
