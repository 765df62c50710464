"""Meta-learning against sums done by hand, finite differences, and training on the union of a family of tasks."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from detection.toy import problem
from torch import Tensor
from torch.func import functional_call

from crosslog.detection.events import Windows
from crosslog.detection.learning.events import build_event_tree, mean_loss
from crosslog.detection.learning.maml import Loss, Losses, descend, descent, gradient, meta_gradient
from crosslog.detection.learning.networks import EventLstm, Weights, draw_weights

SOURCES, _ = problem(events=110)
RATE, STEPS = 0.5, 3
SHOTS, TASKS, HELD_OUT, META_STEPS = 10, 8, 40, 60


def bowl(centre: float, weights: Weights) -> Tensor:
    """Gradient: weight - centre."""
    return ((weights["w"] - centre) ** 2).sum() / 2


def valley(weights: Weights) -> Tensor:
    """Gradient: cube of the weight."""
    return (weights["w"] ** 4).sum() / 4


def test_descent_takes_plain_steps_and_leaves_the_start_alone() -> None:
    weights = {"w": torch.tensor([1.0])}
    assert descend(partial(bowl, 0.0), weights, 0.5, 2)["w"].item() == 0.25
    assert weights["w"].item() == 1.0
    assert not weights["w"].requires_grad


def test_every_step_of_a_descent_can_be_seen_from_the_start_on() -> None:
    weights = {"w": torch.tensor([1.0])}
    assert [step["w"].item() for step in descent(partial(bowl, 0.0), weights, 0.5, 2)] == [1.0, 0.5, 0.25]


def test_the_meta_gradient_is_the_query_gradient_at_the_adapted_weights_summed_over_all_episodes() -> None:
    weights = {"w": torch.tensor([2.0])}
    episodes = [Losses(partial(bowl, 0.0), valley), Losses(partial(bowl, 4.0), partial(bowl, 1.0))]
    # adapted by one step of rate .5: 2 - .5 * 2 = 1 and 2 + .5 * 2 = 3; gradients there: 1 ** 3 and 3 - 1
    assert meta_gradient(episodes, weights, 0.5, 1)["w"].item() == 1 + 2
    # of second order each is multiplied with the step's derivative, 1 - .5
    assert meta_gradient(episodes, weights, 0.5, 1, second_order=True)["w"].item() == (1 + 2) / 2
    assert not weights["w"].requires_grad


def network_losses(layers: int = 1) -> tuple[list[Losses], Weights]:
    """Both sources as losses of a small network, in float64."""
    model = draw_weights(partial(EventLstm, 8, 4, layers, twice=True), seed=1)
    weights = {name: weight.detach().double() for name, weight in model.named_parameters()}
    return [Losses(*(event_loss(model, windows) for windows in episode)) for episode in SOURCES], weights


def event_loss(model: EventLstm, windows: Windows) -> Loss:
    given = build_event_tree(windows, dtype=torch.float64)
    return lambda weights: mean_loss(functional_call(model, weights, (given.table, given.tree)), given.shares)


def along(weights: Weights, direction: Weights, far: float) -> Weights:
    return {name: weight + far * direction[name] for name, weight in weights.items()}


def differences(value: Callable[[Weights], Tensor], weights: Weights, slopes: Weights) -> None:
    """Central differences along random directions of each weight are what the slopes say."""
    generator = torch.Generator().manual_seed(4)
    for name in weights:
        direction = {other: torch.zeros_like(weight) for other, weight in weights.items()}
        direction[name] = torch.randn(weights[name].shape, generator=generator, dtype=torch.float64)
        ahead, behind = (value(along(weights, direction, far)).item() for far in (1e-5, -1e-5))
        said = (slopes[name] * direction[name]).sum().item()
        assert abs(said) > 1e-6, name
        assert math.isclose((ahead - behind) / 2e-5, said, rel_tol=1e-4), name


@pytest.mark.parametrize("layers", [1, 2])
def test_the_second_order_slope_is_the_derivative_of_adapting_and_asking(layers: int) -> None:
    episodes, weights = network_losses(layers)

    def adapted(given: Weights) -> Tensor:
        return torch.stack([e.query(descend(e.support, given, RATE, STEPS)) for e in episodes]).sum()

    slopes = meta_gradient(episodes, weights, RATE, STEPS, second_order=True)
    differences(adapted, weights, slopes)
    first = meta_gradient(episodes, weights, RATE, STEPS)
    assert any(not torch.allclose(first[name], slopes[name], rtol=1e-2) for name in weights)


def test_the_first_order_slope_is_the_derivative_of_the_query_where_adapting_ends() -> None:
    (episode, _), weights = network_losses()
    slopes = meta_gradient([episode], weights, RATE, STEPS)
    differences(episode.query, descend(episode.support, weights, RATE, STEPS), slopes)


def gaussians(number: int) -> Losses:
    """Two classes that a shift along one axis keeps apart, in a direction of the task's own; all else is noise."""
    generator = torch.Generator().manual_seed(number)
    shift = 2.0 if number % 2 else -2.0
    losses = []
    for _ in Losses._fields:
        labels = torch.arange(SHOTS) % 2
        points = torch.randn(SHOTS, 10, generator=generator)
        points[:, 0] += shift * (labels - 0.5)
        losses.append(partial(cross_entropy, points, labels))
    return Losses(*losses)


def cross_entropy(points: Tensor, labels: Tensor, weights: Weights) -> Tensor:
    logits = torch.tanh(points @ weights["first"]) @ weights["second"]
    return torch.nn.functional.cross_entropy(logits, labels)


def start() -> Weights:
    generator = torch.Generator().manual_seed(1)
    shapes = {"first": (10, 8), "second": (8, 2)}
    return {name: 0.3 * torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def trained(slopes_of: Callable[[list[Losses], Weights], Weights], meta_steps: int) -> Weights:
    weights = start()
    optimiser = torch.optim.Adam(list(weights.values()), lr=0.03)
    for step in range(meta_steps):
        slopes = slopes_of([gaussians(1000 + step * TASKS + task) for task in range(TASKS)], weights)
        for name, weight in weights.items():
            weight.grad = slopes[name] / TASKS
        optimiser.step()
    return weights


def union(tasks: list[Losses], weights: Weights) -> Weights:
    return gradient(lambda given: torch.stack([loss(given) for task in tasks for loss in task]).sum(), weights)


def loss_after_adapting(weights: Weights) -> float:
    adapted = ((task.query, descend(task.support, weights, RATE, STEPS)) for task in map(gaussians, range(HELD_OUT)))
    return sum(query(there).item() for query, there in adapted) / HELD_OUT


@pytest.mark.parametrize("second_order", [False, True])
def test_meta_training_on_a_family_of_tasks_beats_training_on_their_union(second_order: bool) -> None:
    learnt = trained(partial(meta_gradient, rate=RATE, steps=STEPS, second_order=second_order), META_STEPS)
    assert loss_after_adapting(learnt) < 0.8 * loss_after_adapting(trained(union, META_STEPS))
