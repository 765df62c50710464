"""LogSynergy: what its halves keep, what it is given, and its ablations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from detection import toy
from detection.pairs import problem_of_pairs
from detection.restored import build
from numpy.typing import NDArray
from torch import Tensor

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.distinct import Samples, store_samples

SOURCES, TARGET = problem_of_pairs()
OTHER = SOURCES[1]  # lies on the other side of the systems' own direction than the target
CALM = {"dropout": 0.0, "discriminator_size": 32, "epochs": 40, "learning_rate": 0.003, "betas": (0.0, 0.99)}


def adapted(sources: list[Episode] = SOURCES, support: Windows = TARGET.support, **changed: Any) -> Any:
    return build("logsynergy", **changed).fit(sources).adapt(support, sources)


def same(one: Any, other: Any) -> bool:
    return all(np.array_equal(one.state[name], other.state[name]) for name in one.state)


def told_share(features: Tensor, samples: Samples) -> float:
    """Share of the variance within each class that lies between the two systems."""
    each = features.numpy().copy()
    for label in (0, 1):
        each[samples.anomalous == label] -= each[samples.anomalous == label].mean(axis=0)
    between = [
        (samples.systems == number).sum().item() * _squares(each[samples.systems == number]) for number in (0, 1)
    ]
    return float(sum(between) / ((each - each.mean(axis=0)) ** 2).sum())


def _squares(part: NDArray[np.float32]) -> float:
    return float((part.mean(axis=0) ** 2).sum())


def test_shared_features_forget_the_system_and_its_own_keep_it() -> None:
    samples = store_samples([[OTHER.query], [TARGET.query]]).pick(torch.arange(2 * len(TARGET.query)))
    shares = {}
    for weight in (0.0, 1.0):
        detector = adapted([OTHER], domain_weight=weight, **CALM)
        with torch.no_grad():
            features = detector.load_network(toy.DIM)(samples)
        shares[weight] = [told_share(half, samples) for half in features]
        assert toy.auroc(detector.score(TARGET.query.withhold()), TARGET.query.truth) > 0.95
    assert shares[1.0][0] < 0.2
    assert shares[0.0][0] > 0.4
    assert min(shares[0.0][1], shares[1.0][1]) > 0.7


@pytest.mark.parametrize(
    "changed",
    [
        {"system_weight": 0.0, "information_weight": 0.0},
        {"domain_weight": 0.0},
        {"use_sources": False},
        {"as_in_code": True, "anomaly_weight": 0.75},
    ],
)
def test_each_ablation_still_learns_and_moves_all_that_it_has(changed: dict[str, Any]) -> None:
    detector = adapted(**changed)
    assert toy.auroc(detector.score(TARGET.query.withhold()), TARGET.query.truth) > 0.9
    fitted = build("logsynergy", **changed).fit(SOURCES)
    moved = {name for name in fitted.state if not np.array_equal(fitted.state[name], detector.state[name])}
    assert moved == set(fitted.trainable)


def test_the_target_alone_is_the_same_whatever_the_sources_are() -> None:
    assert same(adapted(use_sources=False), adapted(SOURCES[:1], use_sources=False))
    assert not same(adapted(), adapted(SOURCES[:1] * 2))


def test_it_takes_the_first_windows_of_the_target_and_a_few_of_each_source() -> None:
    few = TARGET.support.take(slice(0, 30))
    assert same(adapted(target_windows=30), adapted(support=few))
    assert not same(adapted(target_windows=30), adapted(support=TARGET.support.take(slice(30, 60))))
    detector = build("logsynergy", source_windows=40)
    drawn = [detector._draw(SOURCES[0].parts, number) for number in (0, 0, 1)]
    bounds = [[part.bounds.tolist() for part in parts] for parts in drawn]
    assert bounds[0] == bounds[1] != bounds[2]
    assert [sum(map(len, parts)) for parts in drawn] == [40] * 3
    assert all(len(part) > 5 for part in drawn[0])
    whole = build("logsynergy", source_windows=10**6)._draw(SOURCES[0].parts, 0)
    assert [part.bounds.tolist() for part in whole] == [part.bounds.tolist() for part in SOURCES[0].parts]


def test_the_state_knows_how_many_systems_it_tells_apart() -> None:
    assert adapted().state["system.weight"].shape[0] == 3
    assert adapted(SOURCES[:1]).state["system.weight"].shape[0] == 2
    assert "adversary.overall.0.weight" not in adapted(use_sources=False).state
