"""Which device a word means, and networks on a GPU where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from detection import toy
from detection.restored import KIND, build
from torch import nn

from crosslog import plugins
from crosslog.detection.detector import State
from crosslog.detection.learning.device import current_device, find_device, set_up_torch
from crosslog.detection.learning.networks import NetworkDetector
from crosslog.detection.learning.training import enable_dropout

SOURCES, TARGET = toy.problem()
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")
NETWORKED = [name for name in plugins.names(KIND) if issubclass(plugins.load(KIND, name), NetworkDetector)]
VARIANTS: list[dict[str, Any]] = [{}, {"second_order": True, "layers": 2}, {"class_weights": True}]


@pytest.fixture
def gpu() -> Iterator[None]:
    """Networks on the GPU, and on the CPU again afterwards."""
    set_up_torch("cuda")
    yield
    set_up_torch("cpu")


@pytest.mark.parametrize(
    ("word", "gpus", "expected"),
    [
        ("cpu", 1, "cpu"),
        ("cuda", 1, "cuda"),
        ("cuda:1", 2, "cuda:1"),
        ("auto", 1, "cuda"),
        ("auto", 0, "cpu"),
    ],
)
def test_a_word_names_a_device(word: str, gpus: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    see_gpus(monkeypatch, gpus)
    assert find_device(word) == torch.device(expected)


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
    see_gpus(monkeypatch, gpus)
    with pytest.raises(ValueError, match=f"the device for networks is {wrong}"):
        set_up_torch(word)


def see_gpus(monkeypatch: pytest.MonkeyPatch, gpus: int) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)


def test_nothing_but_being_told_moves_a_network_or_changes_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSLOG_DEVICE", "cuda")
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        build("crosyslog").fit(SOURCES)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert current_device() == torch.device("cpu")


@CUDA
@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_crosyslogs_scores_on_a_gpu_are_the_cpus(variant: dict[str, Any], request: pytest.FixtureRequest) -> None:
    expected = learn_and_score("crosyslog", **variant)
    request.getfixturevalue("gpu")
    found = learn_and_score("crosyslog", **variant)
    assert np.allclose(expected["scores"], found["scores"], rtol=0, atol=1e-3)


@CUDA
@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize("name", NETWORKED)
def test_a_network_learns_on_a_gpu_and_what_it_has_learnt_comes_back_as_arrays(name: str) -> None:
    found = learn_and_score(name)
    assert all(isinstance(array, np.ndarray) for array in found.values())
    assert toy.auroc(found["scores"], found["truth"]) > 0.9


@CUDA
@pytest.mark.usefixtures("gpu")
def test_logtads_centre_lies_on_the_gpu_where_nothing_is_normal() -> None:
    sources = [type(episode)(*(toy.only(windows, True) for windows in episode.parts)) for episode in SOURCES]
    adapted = build("logtad").fit(sources).adapt(toy.only(TARGET.support, True), sources)
    assert not adapted.state["centre"].any()
    assert np.isfinite(adapted.score(TARGET.query.withhold())).all()


def learn_and_score(name: str, **changed: Any) -> State:
    detector = build(name, **changed)
    sources, target = toy.problem_for(detector.units)
    adapted = detector.fit(sources).adapt(target.support, sources)
    return {**adapted.state, "scores": adapted.score(target.query.withhold()), "truth": target.query.truth}


@CUDA
@pytest.mark.usefixtures("gpu")
def test_dropout_on_a_gpu_follows_the_seed_and_leaves_its_generator_alone() -> None:
    model, before = nn.Dropout(0.5), torch.cuda.get_rng_state()

    def drawn(seed: int) -> list[float]:
        with enable_dropout(model, seed):
            drops: list[float] = model(torch.ones(64, device="cuda")).tolist()
        return drops

    assert drawn(1) == drawn(1) != drawn(2)
    assert torch.equal(before, torch.cuda.get_rng_state())
