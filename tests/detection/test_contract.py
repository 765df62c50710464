"""What detector.py promises, for every file in detectors/."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from detection.toy import auroc, only, problem
from imports import REPOSITORY, imports
from safetensors.numpy import load_file, save_file

from crosslog import plugins
from crosslog.detection.episodes.scoring import checked
from crosslog.detection.windows import Episode, Windows
from crosslog.settings import Settings

KIND = "detection.detectors"
NETWORKS = "crosslog.detection.learning.networks"
NAMES = plugins.names(KIND)
IN_PARAMS = Settings.load(REPOSITORY / "params.yaml").detectors
SMALL: dict[str, dict[str, Any]] = {  # what makes the toy problem quick; the rest is as in params.yaml
    "crosyslog": {
        "hidden_size": 8,
        "inner_learning_rate": 0.3,
        "outer_learning_rate": 0.01,
        "inner_steps": 3,
        "test_steps": 10,
        "meta_steps": 10,
    },
    "logistic": {"inverse_penalty": 1.0, "balanced": False, "max_iterations": 1000},
    "logistic_sources": {"inverse_penalty": 1.0, "balanced": False, "max_iterations": 1000, "support_weight": 10.0},
    "protonet": {
        "hidden_size": 16,
        "embedding_size": 4,
        "shots": 5,
        "steps": 30,
        "learning_rate": 0.01,
        "weight_decay": 0.0,
    },
    "isolation_forest": {"trees": 50, "sample_size": 256},
    "knn": {"neighbours": 3},
    "logrobust": {
        "window": 20,
        "hidden_size": 8,
        "layers": 1,
        "dropout": 0.1,
        "epochs": 20,
        "batch_size": 21,
        "learning_rate": 0.01,
    },
    "logtad": {
        "source": 0,
        "one_support": True,
        "window": 20,
        "hidden_size": 16,
        "layers": 1,
        "dropout": 0.0,
        "discriminator_size": 8,
        "adversary_weight": 0.1,
        "centre_steps": 0,
        "steps": 60,
        "batch_size": 21,
        "learning_rate": 0.01,
        "weight_decay": 0.0,
    },
    "logtransfer": {
        "source": 0,
        "one_support": True,
        "window": 20,
        "hidden_size": 8,
        "layers": 1,
        "dense_size": 8,
        "dropout": 0.1,
        "epochs": 10,
        "adapt_epochs": 10,
        "batch_size": 42,
        "learning_rate": 0.01,
    },
    "lstm": {
        "hidden_size": 8,
        "learning_rate": 0.01,
        "steps": 10,
        "adapt_learning_rate": 0.3,
        "adapt_steps": 10,
    },
    "metalog": {
        "source": 0,
        "one_support": True,
        "window": 20,
        "hidden_size": 8,
        "layers": 1,
        "inner_learning_rate": 0.01,
        "target_weight": 1.0,
        "learning_rate": 0.01,
        "steps": 20,
        "batch_size": 20,
    },
    "mlp": {
        "hidden_size": 8,
        "inner_learning_rate": 0.3,
        "outer_learning_rate": 0.01,
        "inner_steps": 3,
        "test_steps": 10,
        "meta_steps": 10,
    },
    "neurallog": {
        "window": 20,
        "model_size": 8,
        "heads": 2,
        "feed_forward_size": 16,
        "dropout": 0.1,
        "epochs": 20,
        "batch_size": 21,
        "learning_rate": 0.01,
        "weight_decay": 0.0,
    },
}
AT_LEAST = {"isolation_forest": 0.6}  # it looks for the few, and a quarter of the toy's events are anomalous
FIXED = ("all_positive", "keyword", "level")  # they learn nothing, so they owe nothing on a toy
STEPS = {
    "crosyslog": "meta_steps",
    "logrobust": "epochs",  # of one batch
    "logtad": "steps",
    "logtransfer": "epochs",
    "lstm": "steps",
    "metalog": "steps",
    "mlp": "meta_steps",
    "neurallog": "epochs",
    "protonet": "steps",
}
LEARN_FROM_SUPPORT = ("logrobust", "logtad", "metalog", "neurallog")  # `fit` gives them the weights they start from
SOURCES, TARGET = problem()


def build(name: str, seed: int = 1, **changed: Any) -> Any:
    """A detector with its block of params.yaml made small, not fitted."""
    block = {**IN_PARAMS.get(name, {}), **SMALL.get(name, {}), **changed}
    fields = {field.name for field in dataclasses.fields(plugins.load(KIND, name))}
    return plugins.build(KIND, name, {**block, "seed": seed} if "seed" in fields else block)


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def fitted(name: str) -> Any:
    return build(name).fit(SOURCES)


@pytest.fixture(scope="module")
def adapted(fitted: Any) -> Any:
    return fitted.adapt(TARGET.support, SOURCES)


def rows(windows: Windows, chosen: slice) -> Windows:
    """Some of the windows."""
    cut = {column: getattr(windows, column)[chosen] for column in ("ids", "messages", "labels", "lines")}
    return dataclasses.replace(windows, **cut)


def test_params_give_every_field_and_nothing_else(name: str) -> None:
    if name not in IN_PARAMS:
        pytest.skip(f"params.yaml has no block for {name}: the pipeline does not run it")
    fields = {field.name for field in dataclasses.fields(plugins.load(KIND, name))}
    assert set(IN_PARAMS[name]) == fields - {"seed", "state"}


def test_it_is_a_frozen_dataclass_without_defaults(name: str) -> None:
    plugin = plugins.load(KIND, name)
    assert plugin.__dataclass_params__.frozen
    defaults = [field.name for field in dataclasses.fields(plugin) if field.default is not dataclasses.MISSING]
    assert not defaults
    assert plugin.level in ("event", "window")


def test_there_is_one_finite_score_each(adapted: Any) -> None:
    checked(adapted.score(TARGET.query.withheld()), TARGET.query, adapted.level)


@pytest.mark.parametrize("label", [True, False])
def test_a_support_with_a_single_class_will_do(fitted: Any, label: bool) -> None:
    one_sided = fitted.adapt(only(TARGET.support, label), SOURCES)
    checked(one_sided.score(TARGET.query.withheld()), TARGET.query, fitted.level)


def test_what_is_anomalous_scores_higher(name: str, adapted: Any) -> None:
    if name in FIXED:
        pytest.skip(f"{name} learns nothing")
    seen = np.isin(TARGET.query.ids, TARGET.support.ids) if name == "exact_match" else TARGET.query.real
    assert auroc(adapted.score(TARGET.query.withheld())[seen], TARGET.query.labels[seen]) > AT_LEAST.get(name, 0.9)


def test_adapting_leaves_the_fitted_detector_alone(fitted: Any) -> None:
    before = {key: array.copy() for key, array in fitted.state.items()}
    fitted.adapt(TARGET.support, SOURCES)
    assert set(before) == set(fitted.state)
    assert all(np.array_equal(before[key], fitted.state[key]) for key in before)


def test_adapting_anew_forgets_the_last_adaptation(fitted: Any) -> None:
    first = fitted.adapt(TARGET.support, SOURCES).score(TARGET.query.withheld())
    fitted.adapt(only(TARGET.support, True), SOURCES)
    assert np.array_equal(first, fitted.adapt(TARGET.support, SOURCES).score(TARGET.query.withheld()))


def test_a_saved_state_scores_the_same(fitted: Any, adapted: Any, tmp_path: Path) -> None:
    assert all(np.issubdtype(array.dtype, np.number) for array in fitted.state.values())
    save_file(dict(fitted.state), tmp_path / "state.safetensors")
    restored = dataclasses.replace(fitted, state=load_file(tmp_path / "state.safetensors"))
    scores = restored.adapt(TARGET.support, SOURCES).score(TARGET.query.withheld())
    assert np.array_equal(scores, adapted.score(TARGET.query.withheld()))


def test_a_score_does_not_depend_on_the_batch_around_it(adapted: Any) -> None:
    whole, half = TARGET.query.withheld(), len(TARGET.query) // 2
    parts = [adapted.score(rows(whole, chosen)) for chosen in (slice(None, half), slice(half, None))]
    real = TARGET.query.real
    assert np.allclose(adapted.score(whole)[real], np.concatenate(parts)[real], atol=1e-5)


def test_a_seed_fixes_the_result_and_another_changes_it(name: str, adapted: Any) -> None:
    query = TARGET.query.withheld()
    again = build(name).fit(SOURCES).adapt(TARGET.support, SOURCES)
    assert np.array_equal(adapted.score(query), again.score(query))
    if hasattr(adapted, "seed"):
        other = build(name, seed=2).fit(SOURCES).adapt(TARGET.support, SOURCES)
        assert not np.array_equal(adapted.score(query), other.score(query))


def test_labels_of_what_is_scored_are_never_read(adapted: Any) -> None:
    given, withheld = adapted.score(TARGET.query), adapted.score(TARGET.query.withheld())
    inverted = adapted.score(dataclasses.replace(TARGET.query, labels=~TARGET.query.labels))
    assert np.array_equal(given, withheld)
    assert np.array_equal(given, inverted)


@pytest.mark.parametrize("stepwise", [name for name in NAMES if hasattr(plugins.load(KIND, name), "adaptations")])
def test_adaptation_steps_go_from_the_fitted_detector_to_the_adapted_one(stepwise: str) -> None:
    fitted, query = build(stepwise).fit(SOURCES), TARGET.query.withheld()
    adapted = fitted.adapt(TARGET.support, SOURCES)
    first, *between, last = (step.score(query) for step in fitted.adaptations(TARGET.support))
    assert np.array_equal(first, fitted.score(query))
    assert np.array_equal(last, adapted.score(query))
    assert all(not np.array_equal(last, scores) for scores in (first, *between))


def test_inputs_are_left_as_they_are(fitted: Any) -> None:
    support = Episode(*TARGET).support
    before = [getattr(support, column).copy() for column in ("ids", "table", "messages", "labels")]
    fitted.adapt(support, SOURCES).score(support.withheld())
    after = [getattr(support, column) for column in ("ids", "table", "messages", "labels")]
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))


@pytest.mark.parametrize(
    "name", [n for n in NAMES if "crosslog.detection.learning.networks" in imports(f"crosslog.{KIND}.{n}")]
)
def test_every_trainable_parameter_changes_in_one_training_step(name: str) -> None:
    fitted = [build(name, **{STEPS[name]: steps}).fit(SOURCES) for steps in (0, 1)]
    weights = set(fitted[0].state)  # what `adapt` adds to them is computed and not trained
    if name in LEARN_FROM_SUPPORT:
        fitted = [detector.adapt(TARGET.support, SOURCES) for detector in fitted]
    before, after = (detector.state for detector in fitted)
    assert weights
    assert set(before) == set(after) >= weights
    rate = SMALL[name].get("learning_rate", SMALL[name].get("outer_learning_rate"))
    for key in weights:  # Adam's first step is the rate itself wherever there is a gradient, decay is far less
        assert np.abs(after[key] - before[key]).max() > rate / 2, key
