"""CLUB on correlated normal variables, whose mutual information is known: -log(1 - rho^2) / 2 nats per dimension."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from crosslog.detection.learning.club import Club

DIM, PAIRS = 2, 1500


def correlated(rho: float, count: int = PAIRS, seed: int = 0) -> tuple[Tensor, Tensor]:
    """(count, DIM) pairs with this correlation in each dimension."""
    generator = torch.Generator().manual_seed(seed)
    first, noise = (torch.randn(count, DIM, generator=generator) for _ in range(2))
    return first, rho * first + math.sqrt(1 - rho**2) * noise


def even(count: int) -> Tensor:
    return torch.full((count,), 1 / count)


def fitted(pairs: tuple[Tensor, Tensor], steps: int = 80) -> Club:
    torch.manual_seed(0)
    club = Club(DIM, 32)
    optimiser = torch.optim.Adam(club.parameters(), 0.03)
    for _ in range(steps):
        optimiser.zero_grad()
        club.likelihood_loss(*pairs, even(len(pairs[0]))).backward()
        optimiser.step()
    return club


@pytest.mark.parametrize("rho", [0.4, 0.75])
def test_the_bound_lies_above_the_information_and_at_its_closed_form(rho: float) -> None:
    pairs = correlated(rho)
    found = float(fitted(pairs).bound(*pairs, even(PAIRS)).detach())
    known = -DIM * math.log(1 - rho**2) / 2
    assert known < found
    assert found == pytest.approx(DIM * rho**2 / (1 - rho**2), rel=0.2)  # log q of pairs minus of all, q being true


def test_of_independent_variables_it_is_nought() -> None:
    pairs = correlated(0.0)
    assert abs(float(fitted(pairs).bound(*pairs, even(PAIRS)).detach())) < 0.05


def test_moments_give_what_all_pairs_give() -> None:
    club, (first, second) = fitted(correlated(0.6), steps=5), correlated(0.6, count=7, seed=1)
    weights = torch.arange(1.0, 8.0) / 28
    mean, log_variance = club.mean(first), club.log_variance(first)
    apart = (second[None] - mean[:, None]) ** 2 / log_variance.exp()[:, None] / -2
    log_q = apart.sum(dim=2)
    expected = weights @ (log_q.diagonal() - log_q @ weights)
    assert torch.allclose(club.bound(first, second, weights), expected, atol=1e-6)


def test_a_weight_stands_for_copies() -> None:
    club, (first, second) = fitted(correlated(0.6), steps=5), correlated(0.6, count=3, seed=1)
    copies = torch.tensor([0, 0, 0, 1, 2, 2])
    weights = torch.tensor([3, 1, 2]) / 6
    for of in (club.bound, club.likelihood_loss):
        assert torch.allclose(of(first, second, weights), of(first[copies], second[copies], even(6)), atol=1e-6)


def test_training_features_against_it_lowers_their_information() -> None:
    first, second = correlated(0.75)
    mixing = torch.nn.Linear(2 * DIM, DIM)  # may keep of both what it likes, and begins with much of the first
    with torch.no_grad():
        mixing.weight.copy_(torch.cat([torch.eye(DIM), torch.zeros(DIM, DIM)], dim=1))
    club = Club(DIM, 32)
    rates = {club: 0.03, mixing: 0.01}
    optimisers = [torch.optim.Adam(module.parameters(), rate) for module, rate in rates.items()]
    before = correlation(mixing, first, second)
    for _ in range(120):
        features = mixing(torch.cat([first, second], dim=1))
        features = features / features.std(dim=0)
        for optimiser, of, given in zip(
            optimisers, (club.likelihood_loss, club.bound), (features.detach(), features), strict=True
        ):
            optimiser.zero_grad()
            of(given, second, even(PAIRS)).backward()
            optimiser.step()
    assert before > 0.7
    assert correlation(mixing, first, second) < 0.2


def correlation(mixing: torch.nn.Module, first: Tensor, second: Tensor) -> float:
    """The highest of a feature with any dimension of the second."""
    features = mixing(torch.cat([first, second], dim=1)).detach()
    return float(torch.corrcoef(torch.cat([features, second], dim=1).T)[:DIM, DIM:].abs().max())
