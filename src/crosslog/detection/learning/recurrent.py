"""Recurrent networks over runs of events, shared by the methods that differ in what they put on top."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.learning.networks import scaled


class Sizes(NamedTuple):
    """Of a recurrent network; `hidden` is per direction, `dropout` is of what leaves each layer."""

    hidden: int
    layers: int
    dropout: float


class Recurrent(nn.Module):
    """Layers of LSTM or GRU cells (torch's own) under a linear map from text vectors to their width.

    The map is taken once per distinct text and looked up per event, so that no (events, dim) copy is made; to the
    published networks, which feed the vectors to the cells themselves, it is a first weight matrix of rank `hidden`.
    """

    def __init__(self, dim: int, sizes: Sizes, cells: type[nn.LSTM] | type[nn.GRU], both_ways: bool) -> None:
        super().__init__()
        self.input = nn.Linear(dim, sizes.hidden)
        between = sizes.dropout if sizes.layers > 1 else 0.0
        shape = {"num_layers": sizes.layers, "dropout": between, "bidirectional": both_ways, "batch_first": True}
        self.cells = cells(sizes.hidden, sizes.hidden, **shape)
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(self, table: Tensor, ids: Tensor) -> Tensor:
        """(distinct, dim) vectors and (n, length) rows of it to (n, length, hidden) states, twice that both ways."""
        states, _ = self.cells(functional.embedding(ids, self.input(scaled(table))))
        return self.dropout(states)  # type: ignore[no-any-return]
