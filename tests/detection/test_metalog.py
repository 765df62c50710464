"""MetaLog's step against the same gradients taken by hand, and what its target's part is worth."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from detection import context, toy

from crosslog.detection.detectors import metalog
from crosslog.detection.detectors.metalog import MetaLog
from crosslog.detection.learning.sequences import cut_sequences

BLOCK = {
    "source": 0,
    "one_support": True,
    "window": 20,
    "hidden_size": 8,
    "layers": 1,
    "dropout": 0.0,
    "inner_learning_rate": 0.01,
    "target_weight": 1.0,
    "learning_rate": 0.01,
    "betas": (0.9, 0.9),
    "decay": 0.75,
    "decay_steps": 1000,
    "steps": 60,
    "batch_size": 20,
    "seed": 1,
}
SOURCES, TARGET = toy.problem()


def build(**changed: Any) -> MetaLog:
    return MetaLog(**{**BLOCK, **changed})


def test_its_gradient_is_the_sources_plus_the_targets_one_step_on() -> None:
    detector = build(inner_learning_rate=0.5, target_weight=2.0).fit(SOURCES)
    model = detector.load_network(toy.DIM)
    source, target = (cut_sequences([windows], 20) for windows in (SOURCES[0].query, TARGET.support))
    found = detector._meta_gradient(model, source, target)
    start = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    loss = partial(metalog._loss, model)
    given = dict(model.named_parameters())
    here = dict(zip(start, torch.autograd.grad(loss(source, given), [*given.values()]), strict=True))
    moved = {name: (start[name] - 0.5 * here[name]).requires_grad_() for name in start}
    there = dict(zip(start, torch.autograd.grad(loss(target, moved), [*moved.values()]), strict=True))
    for name in start:
        assert torch.allclose(found[name], here[name] + 2 * there[name], atol=1e-6), name
        assert found[name].abs().max() > 0, name


@pytest.mark.parametrize(
    "changed", [{"betas": (0.9, 0.999)}, {"decay_steps": 1}, {"decay_steps": 1, "decay": 0.5}], ids=str
)
def test_adams_averages_and_the_decay_of_its_rate_are_those_that_are_asked_for(changed: dict[str, Any]) -> None:
    fitted = build(steps=3).fit(SOURCES)
    usual, other = (replace(fitted, **each).adapt(TARGET.support, SOURCES).state for each in ({}, changed))
    assert all(not np.array_equal(usual[name], other[name]) for name in usual)


def test_without_weight_the_target_teaches_nothing() -> None:
    supports = TARGET.support, toy.only(TARGET.support, False)
    deaf, listening = (
        [build(target_weight=weight, steps=2).fit(SOURCES).adapt(support, SOURCES).state for support in supports]
        for weight in (0.0, 1.0)
    )
    assert all(np.array_equal(deaf[0][name], deaf[1][name]) for name in deaf[0])
    assert all(not np.array_equal(listening[0][name], listening[1][name]) for name in listening[0])


def test_it_sees_the_one_source_that_it_is_told_to() -> None:
    def weights(source: int, sources: list[Any]) -> Any:
        return build(steps=2, source=source).fit(sources).adapt(TARGET.support, sources).state["head.weight"]

    assert np.array_equal(weights(0, SOURCES), weights(0, SOURCES[:1]))
    assert np.array_equal(weights(1, SOURCES), weights(0, SOURCES[1:]))
    assert not np.array_equal(weights(0, SOURCES), weights(1, SOURCES))


def test_a_source_makes_up_for_a_one_sided_support() -> None:
    normal = toy.only(TARGET.support, False)
    adapted = build().fit(SOURCES).adapt(normal, SOURCES)
    assert toy.auroc(adapted.score(TARGET.query.withhold()), TARGET.query.truth) > 0.9


def test_it_reads_a_run_from_both_ends() -> None:
    sources, target = context.problem(told=context.LENGTH - 1)
    asked = context.ambiguous(target.query)
    scores = build().fit(sources).adapt(target.support, sources).score(target.query.withhold())
    assert toy.auroc(scores[asked], target.query.truth[asked]) > 0.95
