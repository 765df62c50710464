"""A small sequence-to-sequence Transformer (as BART: Lewis et al. 2020), pre-trained by mending what noise spoilt."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.learning.language import SPECIAL, HashedWords
from crosslog.detection.learning.positions import sine_positions


class DenoiserSizes(NamedTuple):
    """Of a small model; as many layers read as write."""

    tokens: int
    model: int
    heads: int
    feed_forward: int
    layers: int
    dropout: float


class Denoiser(nn.Module):
    """Reads (n, length) tokens, is given the (n, m) first of its answer, and says which token follows each of them."""

    def __init__(self, sizes: DenoiserSizes) -> None:
        super().__init__()
        shape = (sizes.model, sizes.heads, sizes.feed_forward, sizes.dropout)
        self.words = nn.Embedding(sizes.tokens, sizes.model)
        self.reading = nn.ModuleList(nn.TransformerEncoderLayer(*shape, batch_first=True) for _ in range(sizes.layers))
        self.writing = nn.ModuleList(nn.TransformerDecoderLayer(*shape, batch_first=True) for _ in range(sizes.layers))

    def forward(self, tokens: Tensor, answer: Tensor) -> Tensor:
        """(n, m, tokens) logits, by likeness with the words' own vectors; token 0 is not looked at."""
        hidden = tokens == 0
        read = self._place(tokens)
        for layer in self.reading:
            read = layer(read, src_key_padding_mask=hidden)
        written, later = self._place(answer), nn.Transformer.generate_square_subsequent_mask(answer.shape[1])
        for layer in self.writing:
            written = layer(written, read, tgt_mask=later.to(read), memory_key_padding_mask=hidden, tgt_is_causal=True)
        logits: Tensor = (written / self.words.embedding_dim**0.5) @ self.words.weight.T
        return logits

    def _place(self, tokens: Tensor) -> Tensor:
        positions = sine_positions(tokens.shape[1], self.words.embedding_dim)
        return self.words(tokens) + positions.to(self.words.weight)  # type: ignore[no-any-return]


class Noise(NamedTuple):
    """`masked`: share of words that are masked; `shuffled`: share of a run's events that change places."""

    masked: float
    shuffled: float


def spoil(tokens: Tensor, noise: Noise, words: HashedWords, generator: torch.Generator) -> Tensor:
    """(n, length) tokens with a stretch of events shuffled and then words masked; as long as before."""
    shuffled = torch.stack([_shuffle(row, noise.shuffled, words, generator) for row in tokens])
    masked = (torch.rand(tokens.shape, generator=generator) < noise.masked) & (shuffled >= SPECIAL)
    return shuffled.masked_fill(masked, words.masked)


def mending_loss(network: nn.Module, spoilt: Tensor, tokens: Tensor, words: HashedWords) -> Tensor:
    """Mean cross-entropy of (n, length) tokens, each from the spoilt ones and from those before it."""
    answer = functional.pad(tokens[:, :-1], (1, 0), value=words.begin)
    logits = network(spoilt, answer).flatten(0, 1)
    return functional.cross_entropy(logits, tokens.flatten(), ignore_index=words.nothing)


def _shuffle(row: Tensor, share: float, words: HashedWords, generator: torch.Generator) -> Tensor:
    """A row in which a stretch of that share of its events, of two at least, stands in another order."""
    ends = torch.nonzero(row == words.end).ravel() + 1
    count = max(2, round(share * len(ends)))
    if share == 0 or len(ends) < count:
        return row
    first = int(torch.randint(len(ends) - count + 1, (1,), generator=generator))
    events = list(torch.tensor_split(row, ends.cpu()))
    order = torch.randperm(count, generator=generator)
    return torch.cat([*events[:first], *(events[first + i] for i in order), *events[first + count :]])
