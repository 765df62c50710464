"""Which device is asked for, and networks on another one than the CPU: a pretended one, and a GPU if there is one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
import torch
from detection import toy
from detection.pretended import PRETENDED, Pretending, elsewhere
from detection.test_contract import KIND, NAMES, NETWORKS, build
from imports import imports
from torch import Tensor, nn

from crosslog.detection.detector import State
from crosslog.detection.learning import device
from crosslog.detection.learning.events import event_cross_entropy
from crosslog.detection.learning.maml import Losses, meta_gradient
from crosslog.detection.learning.networks import EventLstm, initialise, to_state
from crosslog.detection.learning.sequences import sequences
from crosslog.detection.learning.training import event_loss, training
from crosslog.detection.windows import Episode

SOURCES, TARGET = toy.problem()
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")
WHERE = ["pretended", pytest.param("cuda", marks=CUDA)]
NETWORKED = [name for name in NAMES if NETWORKS in imports(f"crosslog.{KIND}.{name}")]
FEW: dict[str, dict[str, Any]] = {  # steps, enough to go everywhere
    "crosyslog": {"meta_steps": 2, "test_steps": 2},
    "logrobust": {"epochs": 2},
    "logtad": {"centre_steps": 2, "steps": 2, "dropout": 0.1},
    "logtransfer": {"epochs": 1, "adapt_epochs": 1},
    "lstm": {"steps": 2, "adapt_steps": 2},
    "metalog": {"steps": 2},
    "mlp": {"meta_steps": 2, "test_steps": 2},
    "neurallog": {"epochs": 2},
    "protonet": {"steps": 2},
}
MIXED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "a product": torch.matmul,
    "a sum": torch.add,
    "a look-up": lambda here, there: nn.functional.embedding(here[0].long(), there),
    "a choice": lambda here, there: there[here[0].bool()],
    "a row": lambda here, there: here.index_select(0, there[0].long()),
    "something put in": lambda here, there: here.addmm_(there, there),
}


@pytest.mark.parametrize(
    ("word", "gpus", "expected"),
    [
        ("", 1, "cpu"),
        ("cpu", 1, "cpu"),
        ("cuda", 1, "cuda"),
        ("cuda:1", 2, "cuda:1"),
        ("auto", 1, "cuda"),
        ("auto", 0, "cpu"),
    ],
)
def test_a_word_names_a_device(word: str, gpus: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, word, gpus)
    assert device.asked() == torch.device(expected)


@pytest.mark.parametrize(
    ("word", "gpus", "wrong"),
    [
        ("cuda", 0, "'cuda', but torch sees 0 GPUs"),
        ("cuda:1", 1, "'cuda:1', but torch sees 1 GPUs"),
        ("gpu", 1, "'gpu'; write cpu, cuda"),
    ],
)
def test_a_device_that_is_not_there_is_refused(
    word: str, gpus: int, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(monkeypatch, word, gpus)
    with pytest.raises(ValueError, match=f"CROSSLOG_DEVICE is {wrong}"):
        device.asked()


def seen(monkeypatch: pytest.MonkeyPatch, word: str, gpus: int) -> None:
    monkeypatch.setenv(device.VARIABLE, word)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)


def test_the_cpu_is_taken_where_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(device.VARIABLE, raising=False)
    assert device.asked() == torch.device("cpu")


@pytest.mark.parametrize("mixed", MIXED)
def test_nothing_on_the_pretended_device_meets_what_is_not(mixed: str) -> None:
    here = torch.ones(2, 2)
    with elsewhere("pretended"):
        there = device.placed(np.ones((2, 2), np.float32))
        assert there.device == PRETENDED
        with pytest.raises(RuntimeError, match="mixes devices"):
            MIXED[mixed](here, there)
        with pytest.raises(RuntimeError, match="numpy"):
            there.numpy()
        assert (there @ here.to(PRETENDED)).cpu().tolist() == [[2, 2], [2, 2]]


@pytest.mark.parametrize("variant", [{}, {"second_order": True, "layers": 2}, {"class_weights": True}], ids=str)
def test_crosyslog_gives_the_same_states_and_scores_to_the_bit_on_the_pretended_device(variant: dict[str, Any]) -> None:
    expected, found, _ = both("crosyslog", **variant)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)


@pytest.mark.parametrize("name", NETWORKED)
def test_a_network_learns_and_scores_on_the_device_and_all_comes_back(name: str) -> None:
    expected, found, pretending = both(name)
    assert set(expected) == set(found)
    for key, array in expected.items():
        assert np.allclose(array, found[key], rtol=0, atol=1e-4), key
    assert not pretending.here & {"mm", "addmm", "bmm", "embedding", "_softmax", "_log_softmax"}


def test_logtads_centre_lies_on_the_device_where_nothing_is_normal() -> None:
    sources = [Episode(*(toy.only(windows, True) for windows in episode)) for episode in SOURCES]
    with elsewhere("pretended"):
        adapted = build("logtad").fit(sources).adapt(toy.only(TARGET.support, True), sources)
        scores = adapted.score(TARGET.query.withheld())
    assert not adapted.state["centre"].any()
    assert np.isfinite(scores).all()


def both(name: str, **changed: Any) -> tuple[State, State, Pretending]:
    """State and scores of a detector on the CPU and on the pretended device, and what was seen there."""
    here = state_and_scores(name, **changed)
    with elsewhere("pretended") as pretending:
        there = state_and_scores(name, **changed)
    assert pretending is not None
    return here, there, pretending


def state_and_scores(name: str, **changed: Any) -> State:
    adapted = build(name, **FEW.get(name, {}), **changed).fit(SOURCES).adapt(TARGET.support, SOURCES)
    return {**adapted.state, "scores": adapted.score(TARGET.query.withheld())}


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_crosyslogs_meta_gradient_is_the_cpus(layers: int, second_order: bool, where: str) -> None:
    expected = slopes(layers, second_order)
    with elsewhere(where):
        found = slopes(layers, second_order)
    for name, slope in expected.items():
        assert np.allclose(slope, found[name], rtol=1e-4, atol=1e-4 * np.abs(slope).max()), name


def slopes(layers: int, second_order: bool) -> State:
    model = EventLstm(toy.DIM, 8, layers, twice=second_order)
    weights = initialise(model, 1)
    assert {weight.device.type for weight in weights.values()} == {device.asked().type}
    episodes = [Losses(*(event_cross_entropy(model, windows) for windows in episode)) for episode in SOURCES]
    return to_state(meta_gradient(episodes, weights, 0.3, 3, second_order=second_order))


def test_windows_that_share_nothing_have_slopes_on_the_device() -> None:
    def found() -> State:
        model = EventLstm(toy.DIM, 4)
        initialise(model, 1)
        inputs = sequences([TARGET.support], toy.LENGTH)
        slopes = torch.autograd.grad(event_loss(model(inputs.table, inputs.ids), inputs), list(model.parameters()))
        return to_state(dict(zip(dict(model.named_parameters()), slopes, strict=True)))

    expected = found()
    with elsewhere("pretended"):
        there = found()
    assert all(np.array_equal(slope, there[name]) for name, slope in expected.items())


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("second_order", [False, True])
def test_crosyslogs_scores_are_the_cpus(second_order: bool, where: str) -> None:
    expected = state_and_scores("crosyslog", second_order=second_order)["scores"]
    with elsewhere(where):
        found = state_and_scores("crosyslog", second_order=second_order)["scores"]
    assert np.allclose(expected, found, rtol=0, atol=1e-4)


@CUDA
@pytest.mark.parametrize("name", NETWORKED)
def test_what_is_anomalous_scores_higher_on_a_gpu(name: str) -> None:
    with elsewhere("cuda"):
        scores = build(name).fit(SOURCES).adapt(TARGET.support, SOURCES).score(TARGET.query.withheld())
    assert toy.auroc(scores[TARGET.query.real], TARGET.query.labels[TARGET.query.real]) > 0.9


@CUDA
def test_dropout_on_a_gpu_follows_the_seed_and_leaves_its_generator_alone() -> None:
    model, before = nn.Dropout(0.5), torch.cuda.get_rng_state()

    def drawn(seed: int) -> list[float]:
        with elsewhere("cuda"), training(model, seed):
            drops: list[float] = model(torch.ones(64, device="cuda")).tolist()
        return drops

    assert drawn(1) == drawn(1) != drawn(2)
    assert torch.equal(before, torch.cuda.get_rng_state())


def test_the_generators_of_all_gpus_are_kept_where_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[list[int]] = []

    def fork_rng(gpus: Any) -> nullcontext[None]:
        kept.append(list(gpus))
        return nullcontext()

    monkeypatch.setattr(torch.random, "fork_rng", fork_rng)
    for word in ("cuda:1", "cpu"):
        seen(monkeypatch, word, 2)
        with training(nn.Dropout(0.5), 1):
            pass
    assert kept == [[0, 1], []]
