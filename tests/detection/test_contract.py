"""What detector.py promises, for every file in detectors/."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from detection.first_step import changes_in_the_first_step
from detection.made import with_events
from detection.restored import KIND, build
from detection.toy import auroc, only, problem_for
from imports import REPOSITORY, imports, modules
from safetensors.numpy import save_file

from crosslog import plugins
from crosslog.detection.detector import Detector
from crosslog.detection.episodes.scoring import score_units
from crosslog.detection.events import Episode, Windows
from crosslog.settings import Settings

NAMES = plugins.names(KIND)
STEPWISE = [name for name in NAMES if hasattr(plugins.load(KIND, name), "adaptations")]


class Asked(NamedTuple):
    """What a detector is held to: the problem of events or, where it scores none, that of windows."""

    sources: list[Episode]
    support: Windows
    query: Windows
    withheld: Windows


@cache
def ask(units: frozenset[str]) -> Asked:
    sources, (support, query) = problem_for(units)
    return Asked(sources, support, query, query.withhold())


def asked_of(name: str) -> Asked:
    return ask(plugins.load(KIND, name).units)


@cache
def fit_once(name: str) -> Any:
    return build(name).fit(asked_of(name).sources)


@cache
def adapt_once(name: str) -> Any:
    return fit_once(name).adapt(asked_of(name).support, asked_of(name).sources)


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def asked(name: str) -> Asked:
    return asked_of(name)


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


def test_there_is_one_finite_score_each(adapted: Any, asked: Asked) -> None:
    score_units(adapted, asked.withheld)


def test_windows_and_sessions_are_scored_alike(adapted: Any, asked: Asked) -> None:
    if "event" in adapted.units:
        pytest.skip("it scores events: windows and sessions take the highest")
    of_windows, of_sessions = (
        score_units(adapted, replace(asked.withheld, unit=unit)) for unit in ("window", "session")
    )
    assert np.array_equal(of_windows, of_sessions)


@pytest.mark.parametrize("label", [True, False])
def test_a_support_with_a_single_class_will_do(fitted: Any, label: bool, asked: Asked) -> None:
    one_sided = fitted.adapt(only(asked.support, label), asked.sources)
    score_units(one_sided, asked.withheld)


def test_what_is_anomalous_scores_higher(name: str, fitted: Any, adapted: Any, asked: Asked) -> None:
    if not adapted.state:
        pytest.skip(f"{name} learns nothing, so it owes nothing on a toy")
    scores, labels = adapted.score(asked.withheld), asked.query.truth
    least = 0.9 if learns_from_labels(fitted, scores, asked) else 0.6  # a quarter is anomalous: not few, if different
    known = np.isin(asked.query.events.units, asked.support.events.units)[asked.query.slots]
    seen = known if asked.query.unit == "event" else np.logical_and.reduceat(known, asked.query.offsets)
    assert auroc(scores[seen], labels[seen]) > least
    says_nothing = len(np.unique(scores[~seen])) == 1
    assert says_nothing or auroc(scores[~seen], labels[~seen]) > least


def learns_from_labels(fitted: Any, scores: np.ndarray, asked: Asked) -> bool:
    """Whether the support's labels, turned round, change the scores."""
    turned = with_events(asked.support, labels=~asked.support.events.labels)
    return not np.array_equal(fitted.adapt(turned, asked.sources).score(asked.withheld), scores)


def test_adapting_leaves_the_fitted_detector_and_inputs_alone(fitted: Any, asked: Asked) -> None:
    events = asked.support.events
    inputs = (events.units, events.messages, events.labels, events.texts.table)
    before, given = {key: array.copy() for key, array in fitted.state.items()}, [array.copy() for array in inputs]
    fitted.adapt(asked.support, asked.sources).score(asked.support.withhold())
    assert set(before) == set(fitted.state)
    assert all(np.array_equal(before[key], fitted.state[key]) for key in before)
    assert all(np.array_equal(*pair) for pair in zip(given, inputs, strict=True))


def test_adapting_anew_forgets_the_last_adaptation(fitted: Any, adapted: Any, asked: Asked) -> None:
    fitted.adapt(only(asked.support, True), asked.sources)
    assert np.array_equal(
        adapted.score(asked.withheld), fitted.adapt(asked.support, asked.sources).score(asked.withheld)
    )


def test_a_state_holds_numbers_before_and_after_adapting(fitted: Any, adapted: Any) -> None:
    for state in (fitted.state, adapted.state):
        assert all(np.issubdtype(array.dtype, np.number) for array in state.values())


def test_a_state_restored_in_another_process_gives_the_same_scores(
    name: str, adapted: Any, scores_elsewhere: Any, asked: Asked
) -> None:
    assert np.array_equal(adapted.score(asked.withheld), scores_elsewhere[name])


def test_a_score_does_not_depend_on_the_batch_around_it(adapted: Any, asked: Asked) -> None:
    half = len(asked.query) // 2
    parts = [adapted.score(asked.withheld.take(chosen)) for chosen in (slice(None, half), slice(half, None))]
    assert np.allclose(adapted.score(asked.withheld), np.concatenate(parts), atol=1e-5)


def test_a_seed_fixes_the_result_and_another_changes_it(name: str, adapted: Any, asked: Asked) -> None:
    again = build(name).fit(asked.sources).adapt(asked.support, asked.sources)
    assert np.array_equal(adapted.score(asked.withheld), again.score(asked.withheld))
    if hasattr(adapted, "seed"):
        other = build(name, seed=2).fit(asked.sources).adapt(asked.support, asked.sources)
        assert not np.array_equal(adapted.score(asked.withheld), other.score(asked.withheld))


def test_labels_of_what_is_scored_are_never_read(adapted: Any, asked: Asked) -> None:
    given, withheld = adapted.score(asked.query), adapted.score(asked.withheld)
    inverted = adapted.score(with_events(asked.query, labels=~asked.query.events.labels))
    assert np.array_equal(given, withheld)
    assert np.array_equal(given, inverted)


@pytest.mark.parametrize("stepwise", STEPWISE)
def test_adaptation_steps_go_from_the_fitted_detector_to_the_adapted_one(stepwise: str) -> None:
    fitted, asked = fit_once(stepwise), asked_of(stepwise)
    first, *between, last = (step.score(asked.withheld) for step in fitted.adaptations(asked.support))
    assert np.array_equal(first, fitted.score(asked.withheld))
    assert np.array_equal(last, adapt_once(stepwise).score(asked.withheld))
    assert all(not np.array_equal(last, scores) for scores in (first, *between))


def test_every_trainable_parameter_changes_in_one_training_step(name: str, adapted: Any, asked: Asked) -> None:
    if not leans_on_torch(f"crosslog.{KIND}.{name}"):
        pytest.skip(f"{name} has no network")
    assert adapted.trainable, f"{name} imports torch: it must name its parameters in `trainable`"
    changes = changes_in_the_first_step(lambda: build(name).fit(asked.sources).adapt(asked.support, asked.sources))
    assert [change.shape for change in changes] == [adapted.state[key].shape for key in adapted.trainable]
    for key, change in zip(adapted.trainable, changes, strict=True):
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
