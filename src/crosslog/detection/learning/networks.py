"""Torch parts that several detectors share: modules, their weights as plain mappings, and windows as tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.detector import State
from crosslog.detection.windows import Windows

Weights = dict[str, Tensor]

# One thread, here and nowhere else: sums come out the same whatever the machine's cores, the products are too small to
# gain from two, and the pipeline runs several stages side by side.
torch.set_num_threads(1)


class Batch(NamedTuple):
    """Windows as tensors.

    Attributes
    ----------
    table : (distinct, dim) float32, only the rows that occur
    ids : (n, length) int64, rows of `table`; 0 where padded
    labels : (n, length) int64, 1 anomalous
    real : (n, length) bool, False where padded
    """

    table: Tensor
    ids: Tensor
    labels: Tensor
    real: Tensor


class EventLstm(nn.Module):
    """An LSTM (Hochreiter and Schmidhuber 1997) over each window from a zero state, and two logits per event.

    The input product is taken once per distinct text and looked up per event, so that no (events, dim) copy is made.
    Rows of the table are sentence vectors of length 1; times sqrt(dim) their components have unit scale, as
    `initialise` expects.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.input = nn.Linear(dim, 4 * hidden)
        self.recurrent = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.head = nn.Linear(hidden, 2)

    def forward(self, table: Tensor, ids: Tensor) -> Tensor:
        """(distinct, dim) vectors and (n, length) rows of it to (n, length, 2) logits."""
        projected = functional.embedding(ids.T, self.input(scaled(table)))
        return self.head(torch.stack(self._states(projected), dim=1))  # type: ignore[no-any-return]

    def _states(self, projected: Tensor) -> list[Tensor]:
        width = self.recurrent.shape[1]
        hidden = cell = projected.new_zeros(projected.shape[1], width)
        weight, states = self.recurrent.T, []
        for step in projected.unbind(0):
            gates, candidate = torch.addmm(step, hidden, weight).tensor_split([3 * width], dim=1)
            entry, forget, output = gates.sigmoid().chunk(3, dim=1)
            cell = torch.addcmul(forget * cell, entry, candidate.tanh())
            hidden = output * cell.tanh()
            states.append(hidden)
        return states


class Embedding(nn.Module):
    """A perceptron with one hidden layer over sentence vectors, scaled as in `EventLstm`."""

    def __init__(self, dim: int, hidden: int, out: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(dim, hidden)
        self.out = nn.Linear(hidden, out)

    def forward(self, vectors: Tensor) -> Tensor:
        """(n, dim) to (n, out)."""
        return self.out(torch.relu(self.hidden(scaled(vectors))))  # type: ignore[no-any-return]


def scaled(vectors: Tensor) -> Tensor:
    """Vectors of length 1 as vectors whose components have unit scale."""
    return vectors * math.sqrt(vectors.shape[1])


def initialise(module: nn.Module, seed: int) -> Weights:
    """Draw a module's weights uniformly from +-1 / sqrt(last size); no global generator is touched."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        bound = 1 / math.sqrt(parameter.shape[-1])
        nn.init.uniform_(parameter, -bound, bound, generator=generator)
    return {name: parameter.detach().clone() for name, parameter in module.named_parameters()}


def to_state(weights: Mapping[str, Tensor]) -> State:
    """Weights as arrays."""
    return {name: weight.detach().numpy().copy() for name, weight in weights.items()}


def to_weights(state: State) -> Weights:
    """Arrays as weights; the arrays are copied."""
    return {name: torch.from_numpy(np.array(array)) for name, array in state.items()}


def batch(windows: Windows) -> Batch:
    """Windows as tensors over the distinct texts that occur in them."""
    ids = np.where(windows.real, windows.ids, windows.ids.max(initial=0))
    rows, inverse = np.unique(ids, return_inverse=True)
    return Batch(
        table=torch.from_numpy(windows.table[rows]),
        ids=torch.from_numpy(inverse.reshape(ids.shape).astype(np.int64)),
        labels=torch.from_numpy(windows.labels.astype(np.int64)),
        real=torch.from_numpy(windows.real),
    )
