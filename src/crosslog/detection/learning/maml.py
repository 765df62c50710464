"""Model-agnostic meta-learning (Finn et al. 2017), of second and first (section 5.2) order, over any loss of weights.

Weights are values: nothing here changes the weights it is given, so no episode can leak into the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from crosslog.detection.learning.networks import Weights

Loss = Callable[[Weights], Tensor]


class Losses(NamedTuple):
    """An episode as the two losses that it is to a learner."""

    support: Loss
    query: Loss


def descend(loss: Loss, weights: Weights, rate: float, steps: int) -> Weights:
    """New weights after plain gradient steps: theta' = theta - rate * grad loss(theta), `steps` times."""
    *_, last = descent(loss, weights, rate, steps)
    return last


def descent(loss: Loss, weights: Weights, rate: float, steps: int) -> Iterator[Weights]:
    """The weights before any step, and after each."""
    yield weights
    for _ in range(steps):
        slopes = gradient(loss, weights)
        weights = {name: weight.detach() - rate * slopes[name] for name, weight in weights.items()}
        yield weights


def meta_gradient(
    episodes: Sequence[Losses], weights: Weights, rate: float, steps: int, *, second_order: bool = False
) -> Weights:
    """Sum over ALL episodes of the slope of the query's loss after adapting `weights` to the support.

    First order: the query's gradient at the adapted weights, as if they had been given. Second order: the derivative
    by `weights` through all the steps, which needs losses that can be differentiated twice.
    """
    slope_of = _through_the_steps if second_order else _at_the_end
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for episode in episodes:
        slopes = slope_of(episode, weights, rate, steps)
        total = {name: total[name] + slope for name, slope in slopes.items()}
    return total


def gradient(loss: Loss, weights: Weights) -> Weights:
    """Gradient of a loss at the weights; a weight that the loss does not use is an error."""
    leaves = _leaves(weights)
    return dict(zip(leaves, torch.autograd.grad(loss(leaves), list(leaves.values())), strict=True))


def _at_the_end(episode: Losses, weights: Weights, rate: float, steps: int) -> Weights:
    return gradient(episode.query, descend(episode.support, weights, rate, steps))


def _through_the_steps(episode: Losses, weights: Weights, rate: float, steps: int) -> Weights:
    def adapted_loss(leaves: Weights) -> Tensor:
        moved = leaves
        for _ in range(steps):
            slopes = torch.autograd.grad(episode.support(moved), list(moved.values()), create_graph=True)
            moved = {name: weight - rate * slope for (name, weight), slope in zip(moved.items(), slopes, strict=True)}
        return episode.query(moved)

    return gradient(adapted_loss, weights)


def _leaves(weights: Weights) -> Weights:
    return {name: weight.detach().requires_grad_() for name, weight in weights.items()}
