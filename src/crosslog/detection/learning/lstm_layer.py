"""One layer of an LSTM (Hochreiter and Schmidhuber 1997) over a tree of prefixes, with a backward pass by hand.

i, f, o = sigmoid and g = tanh of the four parts of x + U h, where x is the input's projection; c' = f c + i g and
h' = o tanh(c'). Backwards, with a step's dh known: dc += dh o (1 - tanh(c')^2), and the slopes of the four sums are
dc g i (1 - i), dc c f (1 - f), dh tanh(c') o (1 - o) and dc i (1 - g^2). What dh and dc are multiplied with is known
before the first step back, and the weights' slope is one product over all nodes after the last.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from crosslog.detection.learning.prefixes import Prefixes

GATES = 4  # input, forget, output, candidate
FORGET, CANDIDATE = 1, 3
aten = torch.ops.aten


def lstm_states(projected: Tensor, weight: Tensor, tree: Prefixes, by_hand: bool) -> Tensor:
    """The states of the nodes of a tree.

    Parameters
    ----------
    projected : (rows, 4 * hidden) the input's part of the gates, per row that the tree names
    weight : (4 * hidden, hidden) U
    tree : prefixes of windows, each from a zero state
    by_hand : take the faster backward pass, which cannot be differentiated again

    Returns
    -------
    Tensor
        (nodes, hidden)
    """
    if not torch.is_grad_enabled():
        return _forward_only(projected, weight, tree)
    if not by_hand:
        return _by_autograd(projected, weight, tree)
    states: Tensor = _ByHand.apply(projected, weight, tree)  # type: ignore[no-untyped-call]
    return states


def _forward_only(projected: Tensor, weight: Tensor, tree: Prefixes) -> Tensor:
    """As `_climb`, but gates are forgotten at once."""
    inputs, across = _candidate_doubled(projected), _candidate_doubled(weight.T)
    hidden = cell = projected.new_zeros(tree.sizes[0], weight.shape[1])
    states = []
    for rows, parents in tree.steps:
        if parents is not None:
            hidden, cell = hidden.index_select(0, parents), cell.index_select(0, parents)
        gates = inputs.index_select(0, rows).addmm_(hidden, across).sigmoid_()
        entry, forget, output, candidate = gates.view(len(rows), GATES, -1).unbind(1)
        cell = torch.addcmul(forget * cell, entry, candidate.mul_(2).sub_(1))
        hidden = (cell + cell).sigmoid_().mul_(2).sub_(1).mul_(output)
        states.append(hidden)
    return torch.cat(states)


def _by_autograd(projected: Tensor, weight: Tensor, tree: Prefixes) -> Tensor:
    width = weight.shape[1]
    hidden = cell = projected.new_zeros(tree.sizes[0], width)
    across, states = weight.T, []
    for rows, parents in tree.steps:
        if parents is not None:
            hidden, cell = functional.embedding(parents, hidden), functional.embedding(parents, cell)
        sums = torch.addmm(functional.embedding(rows, projected), hidden, across)
        gates, candidate = sums.tensor_split([CANDIDATE * width], dim=1)
        entry, forget, output = gates.sigmoid().chunk(3, dim=1)
        cell = torch.addcmul(forget * cell, entry, candidate.tanh())
        hidden = output * cell.tanh()
        states.append(hidden)
    return torch.cat(states)


class _ByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, projected: Tensor, weight: Tensor, tree: Prefixes) -> Tensor:
        inputs, across = _candidate_doubled(projected), _candidate_doubled(weight.T)
        gates = inputs.index_select(0, tree.rows).view(len(tree.rows), GATES, -1)
        cells, squashed, states = gates.new_empty(3, len(gates), weight.shape[1]).unbind(0)
        _climb(gates, (cells, squashed, states), across, tree)
        ctx.tree, ctx.rows = tree, len(projected)
        ctx.save_for_backward(weight, gates, cells, squashed, states)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor, Tensor, None]:
        weight, gates, cells, squashed, states = ctx.saved_tensors
        tree: Prefixes = ctx.tree
        slopes = _factors(gates, cells, squashed, tree)
        through = aten.tanh_backward(gates[:, 2], squashed)
        _descend((given, through, gates[:, FORGET]), slopes, weight, tree)
        flat, first = slopes.flatten(1), tree.sizes[0]
        weight_slope = flat[first:].T @ states.index_select(0, tree.parents[first:])
        return _sums(flat, tree.rows, ctx.rows), weight_slope, None


def _candidate_doubled(sums: Tensor) -> Tensor:
    """A copy of (any, 4 * hidden) with twice the candidate's columns."""
    copy = sums.clone()
    copy.view(len(copy), GATES, -1)[:, CANDIDATE] *= 2
    return copy


def _climb(gates: Tensor, outs: tuple[Tensor, Tensor, Tensor], across: Tensor, tree: Prefixes) -> None:
    """Fill cells, their tanh and states; `gates` holds the input's part first, and then the gates themselves.

    tanh x = 2 sigmoid(2 x) - 1, which torch computes in half the time; the candidate's sums are doubled already.
    """
    hidden = cell = gates.new_zeros(tree.sizes[0], gates.shape[2])
    minus_one = gates.new_full((), -1)
    views = [gates.flatten(1), *gates.unbind(1), *outs]
    parts = zip(tree.steps, *(torch.split(view, tree.sizes) for view in views), strict=True)
    for (_, parents), sums, entry, forget, output, candidate, new_cell, squashed, state in parts:
        if parents is not None:
            hidden, cell = hidden.index_select(0, parents), cell.index_select(0, parents)
        sums.addmm_(hidden, across).sigmoid_()
        torch.add(minus_one, candidate, alpha=2, out=candidate)
        cell = torch.mul(forget, cell, out=new_cell).addcmul_(entry, candidate)
        torch.add(cell, cell, out=squashed).sigmoid_()
        torch.add(minus_one, squashed, alpha=2, out=squashed)
        hidden = torch.mul(output, squashed, out=state)


def _factors(gates: Tensor, cells: Tensor, squashed: Tensor, tree: Prefixes) -> Tensor:
    """(nodes, 4, hidden) what dc, in the output gate dh, is to be multiplied with."""
    entry, forget, output, candidate = gates.unbind(1)
    before = cells.index_select(0, tree.parents)
    before[: tree.sizes[0]] = 0
    factors = torch.empty_like(gates)
    aten.sigmoid_backward(candidate, entry, grad_input=factors[:, 0])
    aten.sigmoid_backward(before, forget, grad_input=factors[:, FORGET])
    aten.sigmoid_backward(squashed, output, grad_input=factors[:, 2])
    aten.tanh_backward(entry, candidate, grad_input=factors[:, CANDIDATE])
    return factors


def _descend(known: tuple[Tensor, Tensor, Tensor], slopes: Tensor, weight: Tensor, tree: Prefixes) -> None:
    """Turn factors into slopes, from the longest prefixes to the shortest."""
    views = [*known, slopes.flatten(1), slopes[:, :2], *slopes[:, 2:].unbind(1)]
    parts = list(zip(tree.steps, *(torch.split(view, tree.sizes) for view in views), strict=True))
    hidden = cell = slopes.new_zeros(tree.sizes[-1], weight.shape[1])
    for step in range(len(parts) - 1, -1, -1):
        (_, parents), given, through, forget, sums, entry_forget, output, candidate = parts[step]
        hidden = hidden + given
        cell = torch.addcmul(cell, hidden, through)
        entry_forget.mul_(cell[:, None])
        output.mul_(hidden)
        candidate.mul_(cell)
        hidden, cell = sums @ weight, cell * forget
        if parents is not None:
            hidden, cell = (_sums(part, parents, tree.sizes[step - 1]) for part in (hidden, cell))


def _sums(values: Tensor, rows: Tensor, count: int) -> Tensor:
    """(count, width) sums of the values that belong to each row."""
    summed: Tensor = aten.embedding_dense_backward(values, rows, count, -1, False)
    return summed
