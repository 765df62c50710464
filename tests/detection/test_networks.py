"""First weights of networks, what they are fed, and what comes back from a saved state."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from detection.first_step import changes_in_the_first_step
from detection.made import with_texts
from detection.plain import windows
from safetensors.numpy import load, save
from torch import Tensor, nn

from crosslog.detection.learning.networks import EventLstm, Perceptron, draw_weights, load_weights, to_state
from crosslog.detection.learning.vectors import network_inputs


@pytest.mark.parametrize("lengths", [[1, 1.0009, 1.0011], [3, 5, 9], [0, 1, 1]])
def test_a_table_is_stretched_as_a_whole_where_its_encoder_gives_length_one_or_not_at_all(lengths: list[float]) -> None:
    table = np.array([[length, 0, 0, 0] for length in lengths], dtype=np.float32)
    for unit_length, factor in ((True, 2), (False, 1)):
        given = with_texts(windows([0, 1, 2], [0] * 3), table=table, unit_length=unit_length)
        assert np.array_equal(network_inputs(given, np.arange(3)), factor * table)


def test_layers_begin_as_torchs_own_do() -> None:
    model = draw_weights(partial(EventLstm, 384, 16, 2), seed=1)
    theirs = nn.LSTM(384, 16, 2).named_parameters()
    bounds = {name: 1 / math.sqrt(16) for name, _ in model.named_parameters()}
    assert max(parameter.abs().max() for _, parameter in theirs) <= 1 / math.sqrt(16)
    for name, parameter in model.named_parameters():
        assert parameter.abs().max() <= bounds[name], name
        if parameter.numel() > 50:
            assert parameter.abs().max() > 0.95 * bounds[name], name


def test_a_bias_is_bounded_by_what_comes_in_and_not_by_its_own_length() -> None:
    biases = [draw_weights(partial(EventLstm, 8, 32), seed).head.bias.abs().max().item() for seed in range(50)]
    assert 0.9 / math.sqrt(32) < max(biases) <= 1 / math.sqrt(32)


def test_first_weights_follow_the_seed_and_leave_torchs_own_generator_alone() -> None:
    before = torch.random.get_rng_state()
    one, again, other = (draw_weights(partial(Perceptron, 8, 4, 2), seed).out.weight for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(before, torch.random.get_rng_state())


def test_statistics_that_are_no_parameters_are_saved_and_come_back() -> None:
    build = partial(nn.Sequential, nn.Linear(2, 3), nn.BatchNorm1d(3))
    model = build()
    for scale in (1.0, 5.0):
        model(scale * torch.eye(2))
    given = torch.tensor([[1.0, 2.0]])
    state = load(save(dict(to_state(model.state_dict()))))
    fresh = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    assert torch.equal(model.eval()(given), load_weights(fresh, state)(given))


def test_weights_come_back_by_name_and_other_names_are_passed_over() -> None:
    model = nn.Linear(2, 1)
    state = {name: weight.detach().numpy() * 2 for name, weight in model.named_parameters()}
    again = load_weights(nn.Linear(2, 1), {**state, "radius": state["bias"]})
    assert all(torch.equal(again.get_parameter(name), weight * 2) for name, weight in model.named_parameters())
    assert not again.training


@pytest.mark.parametrize("optimiser", [torch.optim.SGD, torch.optim.AdamW])
def test_a_parameter_that_learns_nothing_is_seen_whoever_takes_the_step(optimiser: type[torch.optim.Optimizer]) -> None:
    class Constant(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.idle = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))

        def forward(self, given: Tensor) -> Tensor:
            return (given * self.used).sum() + 0 * self.idle.sum()

    model = Constant()

    def train() -> None:
        stepping = optimiser(model.parameters(), lr=1e-6)
        model(torch.ones(2)).backward()
        stepping.step()

    assert [bool(change.any()) for change in changes_in_the_first_step(train)] == [True, False]
