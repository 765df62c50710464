"""First-order model-agnostic meta-learning (Finn et al. 2017, section 5.2), over any loss of any weights.

Weights are values: nothing here changes the weights it is given, so no episode can leak into the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from crosslog.detection.learning.networks import Weights

Loss = Callable[[Weights], Tensor]


class Losses(NamedTuple):
    """An episode as the two losses that it is to a learner."""

    support: Loss
    query: Loss


def descended(loss: Loss, weights: Weights, rate: float, steps: int) -> Weights:
    """New weights after plain gradient steps: theta' = theta - rate * grad loss(theta), `steps` times."""
    for _ in range(steps):
        slopes = gradient(loss, weights)
        weights = {name: weight.detach() - rate * slopes[name] for name, weight in weights.items()}
    return weights


def meta_gradient(episodes: Sequence[Losses], weights: Weights, rate: float, steps: int) -> Weights:
    """Sum over ALL episodes of the query loss's gradient at the weights adapted to the support, each from `weights`."""
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for episode in episodes:
        slopes = gradient(episode.query, descended(episode.support, weights, rate, steps))
        total = {name: total[name] + slope for name, slope in slopes.items()}
    return total


def gradient(loss: Loss, weights: Weights) -> Weights:
    """Gradient of a loss at the weights; a weight that the loss does not use is an error."""
    leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
    return dict(zip(leaves, torch.autograd.grad(loss(leaves), list(leaves.values())), strict=True))
