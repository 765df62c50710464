"""LogTAD's distances to a shared centre: what they separate, and where .5 lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from detection import toy

from crosslog.detection.detectors import logtad
from crosslog.detection.detectors.logtad import LogTad
from crosslog.detection.learning.sequences import cut_sequences

BLOCK = {
    "source": 0,
    "one_support": True,
    "window": 20,
    "hidden_size": 16,
    "layers": 1,
    "dropout": 0.0,
    "discriminator_size": 8,
    "adversary_weight": 0.1,
    "centre_steps": 10,
    "steps": 60,
    "batch_size": 21,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "seed": 1,
}
SOURCES, TARGET = toy.problem()


def build(**changed: Any) -> LogTad:
    return LogTad(**{**BLOCK, **changed})


def test_normal_events_of_both_systems_lie_nearer_to_the_centre_than_anomalies() -> None:
    adapted = build().fit(SOURCES).adapt(TARGET.support, SOURCES)
    for windows in (TARGET.query, SOURCES[0].query):
        assert toy.auroc(adapted.score(windows.withhold()), windows.truth) > 0.9


def test_it_learns_without_any_anomaly_and_then_flags_nothing_that_it_has_seen() -> None:
    normal = toy.only(TARGET.support, False)
    adapted = build().fit(SOURCES).adapt(normal, SOURCES)
    assert adapted.score(normal.withhold()).max() == pytest.approx(0.5, abs=1e-5)
    assert toy.auroc(adapted.score(TARGET.query.withhold()), TARGET.query.truth) > 0.9


@pytest.mark.parametrize(
    ("distances", "anomalous", "radius"),
    [
        ([1, 2, 5, 7], [0, 0, 1, 1], 3.5),
        ([1, 2, 5, 7], [0, 1, 0, 1], 1.5),  # F1 4/5 against 2/3 where only the 7 is flagged
        ([1, 5, 5, 7], [0, 0, 1, 1], 3.0),
        ([1, 2, 5, 7], [0, 0, 0, 0], 7.0),
        ([2, 4], [1, 1], 1.0),
    ],
)
def test_the_radius_parts_the_support_best(distances: list[float], anomalous: list[int], radius: float) -> None:
    assert logtad._radius(np.array(distances, np.float32), np.array(anomalous, bool)) == radius


def test_states_are_drawn_to_the_centre_and_against_the_discriminator() -> None:
    detector = build(adversary_weight=0.5).fit(SOURCES)
    model, centre = detector.load_network(toy.DIM), torch.full((16,), 0.25)
    states = [model.normal_states(cut_sequences([w], 20)).detach() for w in (SOURCES[0].support, TARGET.support)]
    for each in states:
        each.requires_grad_()
    told = torch.nn.functional.cross_entropy(
        model.discriminator(torch.cat(states)), torch.tensor([0] * len(states[0]) + [1] * len(states[1]))
    )
    near = ((torch.cat(states) - centre) ** 2).mean()
    telling = torch.autograd.grad(told, [*states, *model.discriminator.parameters()])
    nearing = torch.autograd.grad(near, states)
    found = torch.autograd.grad(detector._loss(model, states, centre), [*states, *model.discriminator.parameters()])
    for slope, tell, come in zip(found, telling, nearing, strict=False):
        assert torch.allclose(slope, come - 0.5 * tell, atol=1e-7)
    assert all(torch.allclose(*pair) for pair in zip(found[2:], telling[2:], strict=True))


def test_it_sees_the_one_source_that_it_is_told_to() -> None:
    def centre(source: int, sources: list[Any]) -> Any:
        return build(steps=2, source=source).fit(sources).adapt(TARGET.support, sources).state["centre"]

    assert np.array_equal(centre(0, SOURCES), centre(0, SOURCES[:1]))
    assert np.array_equal(centre(1, SOURCES), centre(0, SOURCES[1:]))
    assert not np.array_equal(centre(0, SOURCES), centre(1, SOURCES))
