"""Features that do not tell two domains apart: gradient reversal, and DAAN's discriminators with their dynamic factor.

Dynamic adversarial adaptation (Yu et al. 2019): one discriminator sees the features, one per class sees them times the
class's probability; L = (1 - omega) L_global + omega L_local (their eq. 6), and omega follows the two distances
d = 2 (1 - 2 error) (eqs. 7 to 9). Their text and their code differ in which of the two omega grows with; here, as in
the code, the part whose domains lie further apart weighs more. The code takes losses for errors; here they are errors.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

STEEPNESS = 10.0  # Ganin and Lempitsky 2015, section 4.1; Yu et al.
EVEN = 0.5  # the dynamic factor before anything is known


def reverse_gradient(states: Tensor, strength: float) -> Tensor:
    """The same values, with -strength times their gradient (Ganin and Lempitsky 2015)."""
    return (1 + strength) * states.detach() - strength * states


def reversal_strength(progress: float) -> float:
    """From 0 at the start of training (`progress` 0) to 1 at its end (1): 2 / (1 + exp(-10 p)) - 1."""
    return 2 / (1 + math.exp(-STEEPNESS * progress)) - 1


class Domains(NamedTuple):
    """Features of both domains, as the discriminators take them.

    Attributes
    ----------
    features : (n, dim)
    classes : (n, classes) how much each belongs to each class
    target : (n,) 1.0 in the target, 0.0 in a source
    weights : (n,) their sum is 1 within each domain
    """

    features: Tensor
    classes: Tensor
    target: Tensor
    weights: Tensor


class DomainErrors(NamedTuple):
    """() and (classes,): how often the discriminators are wrong, both domains weighing the same; .5 is a guess."""

    overall: Tensor
    by_class: Tensor


class DomainAdversary(nn.Module):
    """A discriminator for all, and one per class: three linear layers each."""

    def __init__(self, dim: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.overall = _discriminator(dim, hidden)
        self.by_class = nn.ModuleList(_discriminator(dim, hidden) for _ in range(classes))

    def forward(self, given: Domains, strength: float, factor: float) -> tuple[Tensor, DomainErrors]:
        """() the loss, by which discriminators learn and, reversed with `strength`, features unlearn the domain."""
        features = reverse_gradient(given.features, strength)
        logits = [self.overall(features)[:, 0]]
        logits += [each(features * given.classes[:, [at]])[:, 0] for at, each in enumerate(self.by_class)]
        overall, *by_class = (self._loss(each, given) for each in logits)
        loss = (1 - factor) * overall + factor * torch.stack(by_class).mean()
        return loss, self._errors(torch.stack(logits).detach(), given)

    def _loss(self, logits: Tensor, given: Domains) -> Tensor:
        each = functional.binary_cross_entropy_with_logits(logits, given.target, reduction="none")
        return given.weights @ each / given.weights.sum()

    def _errors(self, logits: Tensor, given: Domains) -> DomainErrors:
        wrong = ((logits > 0) != (given.target > EVEN)).to(given.weights.dtype)
        overall = given.weights @ wrong[0] / given.weights.sum()
        shares = given.weights * given.classes.detach().clamp(min=0).T
        by_class = [_balanced_error(wrong[1 + at], share, given.target) for at, share in enumerate(shares)]
        return DomainErrors(overall, torch.stack(by_class))


def balance_domains(errors: DomainErrors) -> float:
    """The dynamic factor omega in [0, 1]: what the classes' discriminators weigh; .5 where no domain is told."""
    overall, by_class = _distance(errors.overall), _distance(errors.by_class)
    total = float(overall + by_class.mean())
    return float(by_class.mean()) / total if total > 0 else EVEN


def _discriminator(dim: int, hidden: int) -> nn.Module:
    between = nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
    return nn.Sequential(*between, nn.Linear(hidden, 1))


def _balanced_error(wrong: Tensor, share: Tensor, target: Tensor) -> Tensor:
    """Mean of the two domains' errors; a domain that has nothing of a class counts as a guess."""
    parts = []
    for domain in (1 - target, target):
        held = share @ domain
        parts.append(
            torch.where(held > 0, share @ (wrong * domain) / held.clamp(min=1e-12), torch.full_like(held, EVEN))
        )
    return torch.stack(parts).mean()


def _distance(error: Tensor) -> Tensor:
    """Ben-David's A-distance; a discriminator that is worse than a guess tells nothing."""
    return (2 * (1 - 2 * error)).clamp(min=0)
