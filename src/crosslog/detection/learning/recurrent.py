"""Recurrent networks over runs of events, shared by the methods that differ in what they put on top."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from crosslog.detection.learning.sequences import Sequences

Cells = type[nn.LSTM] | type[nn.GRU]


class Sizes(NamedTuple):
    """Of a recurrent network; `hidden` is per direction, `dropout` is of what leaves each layer."""

    hidden: int
    layers: int
    dropout: float


class Recurrent(nn.Module):
    """Layers of LSTM or GRU cells (torch's own) under a linear map from text vectors to their width.

    The map is taken once per distinct text and looked up per event, so that no (events, dim) copy is made; to the
    published networks, which feed the vectors to the cells themselves, it is a first weight matrix of rank `hidden`.
    Cells see a run up to its last event, from either end: what pads it moves no state.
    """

    def __init__(self, dim: int, sizes: Sizes, cells: Cells, both_ways: bool) -> None:
        super().__init__()
        self.input = nn.Linear(dim, sizes.hidden)
        between = sizes.dropout if sizes.layers > 1 else 0.0
        shape = {"num_layers": sizes.layers, "dropout": between, "bidirectional": both_ways, "batch_first": True}
        self.cells = cells(sizes.hidden, sizes.hidden, **shape)
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, hidden) states, twice that both ways; zeros behind a run's last event."""
        vectors = self.look_up(inputs)
        lengths = _lengths(inputs.real).clamp(min=1)  # a run of padding alone counts as one event
        packed = pack_padded_sequence(vectors, lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.cells(packed)[0], batch_first=True, total_length=vectors.shape[1])
        return self.dropout(states)  # type: ignore[no-any-return]

    def look_up(self, inputs: Sequences) -> Tensor:
        """(n, length, hidden) what the map makes of each event."""
        return functional.embedding(inputs.ids, self.input(inputs.table))


class OneHotRecurrent(Recurrent):
    """The same over numbers below `dim`, each a vector with a single 1; `dim` itself, a new thing, has none.

    With `counted`, a place sees how often each number has occurred so far in its run: the sum of those vectors, whose
    map is the sum of their maps.
    """

    def __init__(self, dim: int, sizes: Sizes, cells: Cells, counted: bool = False) -> None:
        super().__init__(dim, sizes, cells, both_ways=False)
        self.counted = counted

    def look_up(self, inputs: Sequences) -> Tensor:
        """(n, length, hidden) columns of the map, or their sums so far."""
        columns = functional.pad(self.input.weight.T, (0, 0, 0, 1))
        vectors = functional.embedding(inputs.ids, columns)
        return (vectors.cumsum(dim=1) if self.counted else vectors) + self.input.bias


class Guide(nn.Linear):
    """Attention by one learnt vector g: the states of a run weighted by softmax_t(g . h_t); padding weighs nothing."""

    def __init__(self, size: int) -> None:
        super().__init__(size, 1, bias=False)

    def summarise(self, states: Tensor, real: Tensor) -> Tensor:
        """(n, length, size) states to (n, size)."""
        weights = self(states).masked_fill(~real[..., None], torch.finfo(states.dtype).min).softmax(dim=1)
        return (weights * states).sum(dim=1)  # type: ignore[no-any-return]


def _lengths(real: Tensor) -> Tensor:
    """(n,) places up to the last event of each run."""
    return (real * torch.arange(1, real.shape[1] + 1, device=real.device)).amax(dim=1)
