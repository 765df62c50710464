"""LogRobust (Zhang et al. 2019): a bidirectional LSTM with attention, trained on the target's support alone.

Section 3.3: an attention layer weighs each event's state, alpha_i = tanh(w . h_i), and the weighted sum of states is
classified. No code of the authors exists; a well-known re-implementation keeps the attention vector as a constant of
zeros, so that it never learns. Here it is a parameter like any other.

As CroSysLog compares it: at event level. Each event is classified from its own state beside the window's weighted
sum, which is divided by the window's number of events so that a short run looks like a long one. Semantic vectors are
those of the experiment, for every method the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.recurrent import Recurrent, Sizes
from crosslog.detection.learning.sequence_classifier import SequenceClassifier
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Rate, Share


@dataclass(frozen=True)
class LogRobust(SequenceClassifier[nn.Module]):
    """Context from both sides and a weighted view of the whole run; sources teach this method nothing."""

    small: ClassVar[Mapping[str, Any]] = {
        "window": 20,
        "hidden_size": 8,
        "layers": 1,
        "dropout": 0.1,
        "epochs": 20,
        "batch_size": 21,
        "learning_rate": 0.01,
    }

    window: Count
    hidden_size: Count  # per direction
    layers: Count
    dropout: Share
    epochs: Count
    batch_size: Count
    learning_rate: Rate
    seed: int

    def build_network(self, dim: int) -> nn.Module:
        """Recurrent layers, attention and a head."""
        return _Network(dim, Sizes(self.hidden_size, self.layers, self.dropout))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Train on the support."""
        return self.train_on([support], self.load_network(vector_size(support)), self.epochs)


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes) -> None:
        super().__init__()
        self.lstm = Recurrent(dim, sizes, nn.LSTM, both_ways=True)
        self.attention = nn.Linear(2 * sizes.hidden, 1, bias=False)
        self.head = nn.Linear(4 * sizes.hidden, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits."""
        states = self.lstm(inputs)
        real = inputs.real[..., None].to(states.dtype)
        weights = self.attention(states).tanh() * real
        summary = (weights * states).sum(dim=1, keepdim=True) / real.sum(dim=1, keepdim=True).clamp(min=1)
        return self.head(torch.cat([states, summary.expand_as(states)], dim=2))  # type: ignore[no-any-return]
