"""First-order meta-learning against the same sums done by hand."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from detection.toy import auroc, problem

from crosslog.detection.detectors.crosyslog import CroSysLog
from crosslog.detection.learning.maml import Losses, descended, gradient, meta_gradient
from crosslog.detection.learning.networks import EventLstm, Weights, batch, initialise

SOURCES, TARGET = problem()
SETTINGS = {
    "hidden_size": 8,
    "inner_learning_rate": 0.3,
    "outer_learning_rate": 0.01,
    "inner_steps": 3,
    "test_steps": 10,
    "meta_steps": 10,
    "seed": 1,
}


def bowl(centre: float, weights: Weights) -> torch.Tensor:
    """Gradient: weight - centre."""
    return ((weights["w"] - centre) ** 2).sum() / 2


def valley(weights: Weights) -> torch.Tensor:
    """Gradient: cube of the weight."""
    return (weights["w"] ** 4).sum() / 4


def test_descent_takes_plain_steps_and_leaves_the_start_alone() -> None:
    weights = {"w": torch.tensor([1.0])}
    assert descended(partial(bowl, 0.0), weights, 0.5, 2)["w"].item() == 0.25
    assert weights["w"].item() == 1.0
    assert not weights["w"].requires_grad


def test_the_meta_gradient_is_the_query_gradient_at_the_adapted_weights_summed_over_all_episodes() -> None:
    weights = {"w": torch.tensor([2.0])}
    episodes = [Losses(partial(bowl, 0.0), valley), Losses(partial(bowl, 4.0), partial(bowl, 1.0))]
    # adapted by one step of rate .5: 2 - .5 * 2 = 1 and 2 + .5 * 2 = 3; gradients there: 1 ** 3 and 3 - 1
    assert meta_gradient(episodes, weights, 0.5, 1)["w"].item() == 1 + 2


def test_it_is_autograds_own_gradient_for_the_network() -> None:
    model = EventLstm(8, 4)
    weights = initialise(model, 1)
    inputs = [batch(windows) for windows in SOURCES[0]]

    def loss(which: int, given: Weights) -> torch.Tensor:
        logits = torch.func.functional_call(model, given, (inputs[which].table, inputs[which].ids))
        real = inputs[which].real
        return torch.nn.functional.cross_entropy(logits[real], inputs[which].labels[real])

    found = meta_gradient([Losses(partial(loss, 0), partial(loss, 1))], weights, 0.1, 1)
    for name, slope in gradient(partial(loss, 0), weights).items():
        dict(model.named_parameters())[name].data = weights[name] - 0.1 * slope
    loss(1, dict(model.named_parameters())).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None
        assert torch.allclose(found[name], parameter.grad, atol=1e-7), name
        assert parameter.grad.abs().max() > 0, name


def test_the_network_is_torchs_own_lstm() -> None:
    mine, theirs = EventLstm(8, 4), torch.nn.LSTM(8, 4, batch_first=True)
    initialise(mine, 3)
    order = [0, 1, 3, 2]  # torch keeps the candidate before the output gate
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(mine.input.weight.reshape(4, 4, 8)[order].reshape(16, 8))
        theirs.weight_hh_l0.copy_(mine.recurrent.reshape(4, 4, 4)[order].reshape(16, 4))
        theirs.bias_ih_l0.copy_(mine.input.bias.reshape(4, 4)[order].reshape(16))
        theirs.bias_hh_l0.zero_()
        inputs = batch(TARGET.support)
        expected = mine.head(theirs(inputs.table[inputs.ids] * 8**0.5)[0])
        assert torch.allclose(mine(inputs.table, inputs.ids), expected, atol=1e-6)


def test_every_source_changes_the_weights() -> None:
    few = {**SETTINGS, "meta_steps": 3}
    learnt = CroSysLog(**few).fit(SOURCES).state
    for left_out in range(2):
        others = CroSysLog(**few).fit([s for i, s in enumerate(SOURCES) if i != left_out]).state
        assert all(not np.array_equal(learnt[name], others[name]) for name in learnt)


def test_weights_are_restored_between_episodes() -> None:
    fitted = CroSysLog(**{**SETTINGS, "meta_steps": 1}).fit(SOURCES)
    before = {name: array.copy() for name, array in fitted.state.items()}
    alone = fitted.adapt(TARGET.support, SOURCES).state
    fitted.adapt(SOURCES[0].support, SOURCES)
    after = fitted.adapt(TARGET.support, SOURCES).state
    assert all(np.array_equal(before[name], fitted.state[name]) for name in before)
    assert all(np.array_equal(alone[name], after[name]) for name in alone)
    assert all(not np.array_equal(alone[name], before[name]) for name in alone)


def test_adaptation_beats_the_weights_it_starts_from() -> None:
    fitted = CroSysLog(**{**SETTINGS, "meta_steps": 1}).fit(SOURCES)
    adapted = fitted.adapt(TARGET.support, SOURCES)
    real = TARGET.query.real
    before, after = (
        auroc(detector.score(TARGET.query.withheld())[real], TARGET.query.labels[real])
        for detector in (fitted, adapted)
    )
    assert after > max(before, 0.9)


def test_meta_learning_beats_a_random_start_at_equal_adaptation() -> None:
    few = {**SETTINGS, "test_steps": 1}
    random, learnt = (
        CroSysLog(**{**few, "meta_steps": steps}).fit(SOURCES).adapt(TARGET.support, SOURCES) for steps in (0, 10)
    )
    real = TARGET.query.real
    before, after = (
        auroc(detector.score(TARGET.query.withheld())[real], TARGET.query.labels[real]) for detector in (random, learnt)
    )
    assert after > before + 0.05
