"""Gradient reversal, its schedule, and DAAN's discriminators with their factor."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from crosslog.detection.learning.adversary import (
    DomainAdversary,
    DomainErrors,
    Domains,
    balance_domains,
    reversal_strength,
    reverse_gradient,
)


def domains(features: Tensor, target: list[float], first_class: list[float], weights: list[float]) -> Domains:
    classes = torch.tensor(first_class)
    return Domains(features, torch.stack([classes, 1 - classes], dim=1), torch.tensor(target), torch.tensor(weights))


def made(seed: int = 0) -> Domains:
    features = torch.randn(4, 3, generator=torch.Generator().manual_seed(seed))
    return domains(features, [0.0, 0.0, 1.0, 1.0], [0.9, 0.2, 0.6, 0.5], [0.5, 0.5, 0.25, 0.75])


def adversary() -> DomainAdversary:
    torch.manual_seed(0)
    return DomainAdversary(3, 4, 2)


def test_reversal_keeps_values_and_turns_gradients() -> None:
    states = torch.tensor([1.0, -2.0], requires_grad=True)
    turned = reverse_gradient(states, 0.25)
    assert turned.tolist() == [1.0, -2.0]
    turned.sum().backward()
    assert states.grad is not None
    assert states.grad.tolist() == [-0.25, -0.25]


def test_the_schedule_begins_at_nought_and_reaches_its_end() -> None:
    assert reversal_strength(0) == 0
    assert reversal_strength(0.5) == pytest.approx(0.98661, abs=1e-5)
    assert reversal_strength(1) == pytest.approx(0.99991, abs=1e-5)


def test_discriminators_learn_while_features_unlearn() -> None:
    module, given = adversary(), made()
    slopes = []
    for strength in (0.0, 0.5, 1.0):
        features = given.features.clone().requires_grad_()
        loss, _ = module(given._replace(features=features), strength, 0.5)
        slopes.append(torch.autograd.grad(loss, [features, *module.parameters()]))
    none, half, whole = slopes
    assert not none[0].any()
    assert torch.allclose(half[0], whole[0] / 2)
    assert all(torch.allclose(*pair) and pair[0].any() for pair in zip(none[1:], whole[1:], strict=True))


def test_a_class_weighs_the_features_of_its_own_discriminator() -> None:
    module, given = adversary(), made()
    expected = []
    for at, each in enumerate(module.by_class):
        logits = each(given.features * given.classes[:, [at]])[:, 0]
        losses = torch.nn.functional.softplus(torch.where(given.target == 1, -logits, logits))
        expected.append(float((given.weights @ losses).detach()) / 2)
    assert value_of(module, given, 1.0) == pytest.approx(sum(expected) / 2, abs=1e-6)
    alone = value_of(module, given, 0.0)
    assert value_of(module, given, 0.25) == pytest.approx(0.75 * alone + 0.25 * sum(expected) / 2, abs=1e-6)


def value_of(module: DomainAdversary, given: Domains, factor: float) -> float:
    return float(module(given, 1.0, factor)[0].detach())


def test_errors_are_those_of_each_discriminator() -> None:
    module, given = adversary(), made()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
        module.overall[-1].bias.fill_(1.0)  # says target of everything
        module.by_class[0][-1].bias.fill_(-1.0)  # says source
    _, errors = module(given, 1.0, 0.5)
    assert float(errors.overall) == 0.5
    assert errors.by_class.tolist() == [0.5, 0.5]
    only_target = domains(given.features, [0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.5, 1.0], [0.5, 0.5, 0.25, 0.75])
    _, errors = module(only_target, 1.0, 0.5)
    assert errors.by_class.tolist() == [0.75, 0.5]  # a class that the sources lack: half of it a guess


@pytest.mark.parametrize(
    ("overall", "by_class", "factor"),
    [
        (0.5, [0.5, 0.5], 0.5),  # no domain is told: nothing moves
        (0.0, [0.5, 0.5], 0.0),
        (0.5, [0.0, 0.5], 1.0),
        (0.25, [0.0, 0.0], 2 / 3),  # distances 1 and 2
        (0.75, [0.25, 0.5], 1.0),  # worse than a guess is no distance
    ],
)
def test_the_factor_is_the_share_of_the_classes_distance(overall: float, by_class: list[float], factor: float) -> None:
    errors = DomainErrors(torch.tensor(overall), torch.tensor(by_class))
    assert balance_domains(errors) == pytest.approx(factor)
