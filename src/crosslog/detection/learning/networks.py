"""Torch parts that several detectors share: modules, their weights as plain mappings, and windows as tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from crosslog.detection.detector import State
from crosslog.detection.learning import device
from crosslog.detection.learning.lstm_layer import lstm_states
from crosslog.detection.learning.prefixes import Prefixes, separate

Weights = dict[str, Tensor]

ROUNDING = 1e-3  # of a length of 1 in float32, with room

# One thread, here and nowhere else: sums come out the same whatever the machine's cores, the products are too small to
# gain from two, and the pipeline runs several stages side by side.
torch.set_num_threads(1)


class EventLstm(nn.Module):
    """LSTM layers over each window from a zero state, and two logits per event.

    The input product is taken once per distinct text and looked up per event, so that no (events, dim) copy is made.
    `twice`: gradients can be differentiated again, at some cost in speed.
    """

    def __init__(self, dim: int, hidden: int, layers: int = 1, twice: bool = False) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"a network of {layers} layers is asked for; it needs one at least")
        self.input = nn.Linear(dim, 4 * hidden)
        self.recurrent = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.head = nn.Linear(hidden, 2)
        self.upper = nn.ModuleList(_Upper(hidden) for _ in range(layers - 1))
        self.by_hand = not twice

    def forward(self, table: Tensor, events: Tensor | Prefixes) -> Tensor:
        """(distinct, dim) vectors and (n, length) rows of it to (n, length, 2) logits; of a tree to (nodes, 2)."""
        if isinstance(events, Prefixes):
            return self._logits(table, events)
        logits = self._logits(table, separate(events))
        return logits.view(events.shape[1], events.shape[0], 2).transpose(0, 1)

    def _logits(self, table: Tensor, tree: Prefixes) -> Tensor:
        states = lstm_states(self.input(scaled(table)), self.recurrent, tree, self.by_hand)
        for layer in self.upper:
            states = layer(states, tree.of_nodes, self.by_hand)
        return self.head(states)  # type: ignore[no-any-return]


class _Upper(nn.Module):
    """A layer over another."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.input = nn.Linear(hidden, 4 * hidden)
        self.recurrent = nn.Parameter(torch.empty(4 * hidden, hidden))

    def forward(self, states: Tensor, tree: Prefixes, by_hand: bool) -> Tensor:
        """(nodes, hidden) states of the layer below to its own."""
        return lstm_states(self.input(states), self.recurrent, tree, by_hand)


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
    """(n, dim) vectors whose components have unit scale, as `initialise` expects.

    Those of length 1 are stretched by sqrt(dim); others, such as BERT's, have that scale about as their encoder made
    them. Each row is looked at by itself, so that a score does not depend on what stands beside it.
    """
    off_by = (torch.linalg.vector_norm(vectors, dim=1, keepdim=True) - 1).abs()
    return torch.where(off_by < ROUNDING, vectors * math.sqrt(vectors.shape[1]), vectors)


def initialise(module: nn.Module, seed: int) -> Weights:
    """Draw a module's weights uniformly from +-1 / sqrt(last size), and move it to the device; a copy of them.

    They are drawn on the CPU, so they are the same on every device, and no global generator is touched.
    """
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        bound = 1 / math.sqrt(parameter.shape[-1])
        nn.init.uniform_(parameter, -bound, bound, generator=generator)
    module.to(device.asked())
    return {name: parameter.detach().clone() for name, parameter in module.named_parameters()}


def to_state(weights: Mapping[str, Tensor]) -> State:
    """Weights as arrays."""
    return {name: weight.detach().cpu().numpy().copy() for name, weight in weights.items()}


def to_weights(state: State) -> Weights:
    """Arrays as weights on the device; the arrays are copied."""
    return {name: device.placed(np.array(array)) for name, array in state.items()}
