"""A layer over a tree of prefixes: its two backward passes, and torch's own LSTM over the windows themselves."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from detection.dense import dense_logits
from torch import Tensor

from crosslog.detection.learning.lstm_layer import lstm_states
from crosslog.detection.learning.networks import EventLstm
from crosslog.detection.learning.prefixes import Prefixes, build_prefixes

TEXTS, HIDDEN = 4, 3


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).requires_grad_()


def tree() -> Prefixes:
    """Twelve windows, some of them equal and some that part at the third event or later."""
    ids = np.random.default_rng(3).integers(0, TEXTS, (12, 6))
    ids[4:8, :2] = ids[0, :2]
    ids[9] = ids[1]
    found, _ = build_prefixes(ids)
    assert found.sizes[0] < found.sizes[-1] < 12
    return found


def layer(by_hand: bool) -> tuple[Tensor, Tensor, Tensor]:
    projected, weight = drawn(TEXTS, 4 * HIDDEN), drawn(4 * HIDDEN, HIDDEN, seed=1)
    return projected, weight, lstm_states(projected, weight, tree(), by_hand)


def test_the_backward_pass_by_hand_is_the_derivative() -> None:
    states = partial(lstm_states, tree=tree(), by_hand=True)
    assert torch.autograd.gradcheck(states, (drawn(TEXTS, 4 * HIDDEN), drawn(4 * HIDDEN, HIDDEN, seed=1)))


def test_the_other_can_be_differentiated_again() -> None:
    states = partial(lstm_states, tree=tree(), by_hand=False)
    assert torch.autograd.gradgradcheck(states, (drawn(TEXTS, 4 * HIDDEN), drawn(4 * HIDDEN, HIDDEN, seed=1)))


def test_both_give_the_same_states_and_slopes_and_so_does_scoring() -> None:
    found = []
    for by_hand in (True, False):
        projected, weight, states = layer(by_hand)
        found.append((states.detach(), *torch.autograd.grad((states**2).sum(), (projected, weight))))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    with torch.no_grad():
        torch.testing.assert_close(layer(by_hand=True)[2], found[0][0], rtol=0, atol=1e-12)


def test_a_second_derivative_of_the_pass_by_hand_is_refused() -> None:
    projected, _, states = layer(by_hand=True)
    (slope,) = torch.autograd.grad((states**2).sum(), projected, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        slope.sum().backward()


@pytest.mark.parametrize("layers", [1, 2])
def test_the_network_is_torchs_own_lstm(layers: int) -> None:
    mine, theirs = EventLstm(8, 4, layers), torch.nn.LSTM(8, 4, layers, batch_first=True)
    table, ids = drawn(5, 8).float(), torch.from_numpy(np.random.default_rng(2).integers(0, 5, (6, 7)))
    for number, part in enumerate(mine.layers):
        put(theirs, number, part.input, part.recurrent)
    with torch.no_grad():
        expected = mine.head(theirs(table[ids])[0])
        shared, nodes = build_prefixes(ids.numpy())
        torch.testing.assert_close(dense_logits(mine, {}, table, ids), expected, rtol=0, atol=1e-6)
        torch.testing.assert_close(mine(table, shared)[torch.from_numpy(nodes)], expected, rtol=0, atol=1e-6)


def put(theirs: torch.nn.LSTM, number: int, entry: torch.nn.Linear, recurrent: Tensor) -> None:
    """Weights of one layer; torch keeps the candidate before the output gate."""
    given = {"weight_ih": entry.weight, "weight_hh": recurrent, "bias_ih": entry.bias}
    own = {name: getattr(theirs, f"{name}_l{number}") for name in (*given, "bias_hh")}
    with torch.no_grad():
        own["bias_hh"].zero_()
        for name, values in given.items():
            own[name].copy_(values.unflatten(0, (4, -1))[[0, 1, 3, 2]].flatten(0, 1))


def test_a_network_without_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="0 layers"):
        EventLstm(8, 4, layers=0)
