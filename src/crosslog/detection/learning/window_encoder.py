"""A Transformer encoder over windows (Vaswani et al. 2017), in the shape that BERT gives it (Devlin et al. 2019).

Each layer is attention and a feed-forward network, both with a residual and layer normalisation after it. A window is
what its first place has become, through a dense layer and tanh: BERT's pooler. Two things are not computed that a dense
encoder computes and that change nothing: the input product of a text is taken once however often it occurs, and the
last layer asks for the first place alone.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.learning.positions import sine_positions


class EncoderSizes(NamedTuple):
    """Of a Transformer encoder; `size` is a state's, which the heads share evenly."""

    layers: int
    size: int
    heads: int
    feed_forward: int
    dropout: float


class WindowEncoder(nn.Module):
    """Windows to one vector each."""

    def __init__(self, dim: int, sizes: EncoderSizes) -> None:
        super().__init__()
        if sizes.layers < 1 or sizes.size % sizes.heads:
            raise ValueError(
                f"{sizes.layers} layers of {sizes.heads} heads over states of {sizes.size}: an encoder needs one layer "
                "at least, and a size that is a multiple of the heads"
            )
        self.input = nn.Linear(dim, sizes.size)
        self.norm = nn.LayerNorm(sizes.size)
        self.dropout = nn.Dropout(sizes.dropout)
        self.layers = nn.ModuleList(EncoderLayer(sizes) for _ in range(sizes.layers))
        self.pooler = nn.Linear(sizes.size, sizes.size)

    def forward(self, table: Tensor, ids: Tensor, real: Tensor) -> Tensor:
        """(n, size) of windows.

        Parameters
        ----------
        table : (texts, dim) vectors
        ids : (n, length) rows of it
        real : (n, length) False where there is no event; the first place always has one
        """
        vectors = functional.embedding(ids, self.input(table))
        places = sine_positions(*vectors.shape[1:]).to(vectors.device)
        states = self.dropout(self.norm(vectors + places))
        seen = None if bool(real.all()) else real[:, None, None]
        *before, last = self.layers
        for layer in before:
            states = layer(states, states, seen)
        return torch.tanh(self.pooler(last(states[:, :1], states, seen)[:, 0]))


class EncoderLayer(nn.Module):
    """Attention of some places to all, and a feed-forward network."""

    def __init__(self, sizes: EncoderSizes) -> None:
        super().__init__()
        self.heads, self.rate = sizes.heads, sizes.dropout
        self.query = nn.Linear(sizes.size, sizes.size)
        self.key_value = nn.Linear(sizes.size, 2 * sizes.size)
        self.out = nn.Linear(sizes.size, sizes.size)
        self.widen, self.narrow = nn.Linear(sizes.size, sizes.feed_forward), nn.Linear(sizes.feed_forward, sizes.size)
        self.attended, self.fed = nn.LayerNorm(sizes.size), nn.LayerNorm(sizes.size)
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(self, asking: Tensor, states: Tensor, seen: Tensor | None) -> Tensor:
        """(n, places, size) of the places that ask, from the (n, length, size) of all; `seen` (n, 1, 1, length)."""
        looked = self.attended(asking + self.dropout(self._attend(asking, states, seen)))
        return self.fed(looked + self.dropout(self.narrow(functional.gelu(self.widen(looked)))))  # type: ignore[no-any-return]

    def _attend(self, asking: Tensor, states: Tensor, seen: Tensor | None) -> Tensor:
        query = self._split(self.query(asking))
        key, value = (self._split(part) for part in self.key_value(states).chunk(2, dim=2))
        rate = self.rate if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(query, key, value, seen, rate)
        return self.out(mixed.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _split(self, states: Tensor) -> Tensor:
        """(n, length, size) to (n, heads, length, size / heads)."""
        return states.view(*states.shape[:2], self.heads, -1).transpose(1, 2)
