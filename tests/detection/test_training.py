"""The plain training loop: what it visits, in which order, and what it leaves alone."""

from __future__ import annotations

import math
from itertools import chain

import pytest
import torch
from torch import Tensor, nn

from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.training import Plan, build_optimiser, enable_dropout, event_loss, train_network

PLAN = Plan(epochs=2, batch_size=3, learning_rate=0.1, weight_decay=0.0, seed=5)


def test_every_run_is_visited_once_an_epoch_in_an_order_of_the_seed() -> None:
    def visits(seed: int) -> list[list[int]]:
        model, met = nn.Linear(1, 1), []

        def loss(chosen: Tensor) -> Tensor:
            met.append(chosen.tolist())
            return model(torch.ones(1, 1)).sum()

        train_network(model, loss, 7, Plan(2, 3, 0.1, 0.0, seed))
        return met

    first = visits(5)
    assert [len(batch) for batch in first] == [3, 3, 1, 3, 3, 1]
    assert sorted(chain(*first[:3])) == sorted(chain(*first[3:])) == list(range(7))
    assert first == visits(5) != visits(6)
    assert first[:3] != first[3:]


def test_dropout_follows_the_seed_and_leaves_torchs_own_generator_alone() -> None:
    model, before = nn.Dropout(0.5), torch.random.get_rng_state()

    def drawn(seed: int) -> list[float]:
        with enable_dropout(model, seed):
            return model(torch.ones(64)).tolist()

    assert drawn(1) == drawn(1) != drawn(2)
    assert torch.equal(before, torch.random.get_rng_state())
    assert model(torch.ones(64)).tolist() == [1.0] * 64


def test_what_is_frozen_is_not_trained() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[1].requires_grad_(False)
    before = [parameter.clone() for parameter in model.parameters()]
    train_network(model, lambda chosen: (model(torch.ones(1, 2)) - 3).square().sum(), 1, PLAN)
    changed = [not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True)]
    assert changed == [True, True, False, False]
    assert sum(len(group["params"]) for group in build_optimiser(model, 0.1, 0.0).param_groups) == 2


def test_padding_has_no_part_in_the_loss() -> None:
    real = torch.tensor([[True, False]])
    inputs = Sequences(torch.zeros(1, 1), torch.zeros(1, 2, dtype=torch.int64), torch.tensor([[1, 0]]), real)
    losses = [event_loss(torch.tensor([[[0.0, 2.0], [5.0, other]]]), inputs).item() for other in (-9.0, 9.0)]
    assert losses[0] == losses[1] == pytest.approx(math.log1p(math.exp(-2)))
