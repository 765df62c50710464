"""Torch networks that several detectors share, and their weights: drawn, saved in a state and taken from it."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Generic, Self, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from crosslog.detection.detector import Detector, State
from crosslog.detection.events import Episode
from crosslog.detection.learning.device import current_device, to_tensor
from crosslog.detection.learning.lstm_layer import lstm_states
from crosslog.detection.learning.prefixes import Prefixes
from crosslog.detection.learning.vectors import vector_size

Weights = dict[str, Tensor]
Network = TypeVar("Network", bound=nn.Module)


class NetworkDetector(Detector, Generic[Network]):
    """A method whose state holds the weights of a network; this one draws them."""

    seed: int

    @abstractmethod
    def build_network(self, dim: int) -> Network:
        """The network over vectors of `dim` numbers, with whatever weights its modules begin with."""

    @property
    def trainable(self) -> tuple[str, ...]:
        """The network's parameters, but those that it freezes."""
        named = self.draw_network(dim=1).named_parameters()
        return tuple(name for name, parameter in named if parameter.requires_grad)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Draw the weights that training starts from."""
        network = self.draw_network(vector_size(sources[0].support))
        return replace(self, state=to_state(network.state_dict()))

    def draw_network(self, dim: int) -> Network:
        """The network with first weights of the seed, on the device."""
        return draw_weights(partial(self.build_network, dim), self.seed)

    def load_network(self, dim: int) -> Network:
        """The network with the weights of `state`, on the device, dropout off."""
        return load_weights(self.draw_network(dim), self.state)


class EventLstm(nn.Module):
    """LSTM layers over each window from a zero state, and two logits per event.

    The input product is taken once per distinct text and looked up per event, so that no (events, dim) copy is made.
    `twice`: gradients can be differentiated again, at some cost in speed.
    """

    def __init__(self, dim: int, hidden: int, layers: int = 1, twice: bool = False) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"a network of {layers} layers is asked for; it needs one at least")
        sizes = [dim, *[hidden] * (layers - 1)]
        self.layers = nn.ModuleList(LstmLayer(size, hidden, by_hand=not twice) for size in sizes)
        self.head = nn.Linear(hidden, 2)

    def forward(self, table: Tensor, tree: Prefixes) -> Tensor:
        """(distinct, dim) vectors and a tree of windows of its rows to (nodes, 2) logits."""
        states = table
        for layer in self.layers:
            states = layer(states, tree)
            tree = tree.of_nodes
        return self.head(states)  # type: ignore[no-any-return]


class LstmLayer(nn.Module):
    """One layer, with first weights as in torch's own: uniform in +-1 / sqrt(hidden)."""

    def __init__(self, dim: int, hidden: int, by_hand: bool) -> None:
        super().__init__()
        self.input = nn.Linear(dim, 4 * hidden)
        self.recurrent = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.by_hand = by_hand
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        bound = 1 / math.sqrt(self.recurrent.shape[1])
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, table: Tensor, tree: Prefixes) -> Tensor:
        """(rows, dim) vectors that a tree names to (nodes, hidden) states."""
        return lstm_states(self.input(table), self.recurrent, tree, self.by_hand)


class Perceptron(nn.Module):
    """One hidden layer over text vectors."""

    def __init__(self, dim: int, hidden: int, out: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(dim, hidden)
        self.out = nn.Linear(hidden, out)

    def forward(self, vectors: Tensor) -> Tensor:
        """(n, dim) to (n, out)."""
        return self.out(torch.relu(self.hidden(vectors)))  # type: ignore[no-any-return]


def draw_weights(build: Callable[[], Network], seed: int) -> Network:
    """A module with the first weights that its parts draw themselves, on the device, dropout off.

    They are drawn on the CPU, so they are the same on every device; torch's own generator is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return build().to(current_device()).eval()


def load_weights(module: Network, state: State) -> Network:
    """The module with the parameters and buffers of its names in `state`; other names are passed over."""
    module.load_state_dict(to_weights({name: state[name] for name in module.state_dict()}))
    return module.eval()


def to_state(weights: Mapping[str, Tensor]) -> State:
    """Weights as arrays."""
    return {name: weight.detach().cpu().numpy().copy() for name, weight in weights.items()}


def to_weights(state: State) -> Weights:
    """Arrays as weights on the device; the arrays are copied."""
    return {name: to_tensor(np.array(array)) for name, array in state.items()}
