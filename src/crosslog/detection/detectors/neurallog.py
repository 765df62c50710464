"""NeuralLog (Le and Zhang 2021): a Transformer encoder over runs of events, trained on the target's support alone.

Section III-C: sentence vectors plus sinusoidal positions, one encoder layer (self-attention and a feed-forward
network, each with residual and layer normalisation, as in Vaswani et al. 2017), dense 32, softmax.

As CroSysLog compares it: at event level, so each event's output is classified where the authors average the run. A
linear map takes the experiment's vectors, once per distinct text, to the encoder's width. Their window-level
undersampling to 5 normal runs per anomalous one has no counterpart at event level and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.positions import sine_positions
from crosslog.detection.learning.sequence_classifier import SequenceClassifier
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Rate, Share, Weight


@dataclass(frozen=True)
class NeuralLog(SequenceClassifier[nn.Module]):
    """Every event looks at every other of its run; the support alone teaches this method, or the sources alone."""

    small: ClassVar[Mapping[str, Any]] = {
        "window": 20,
        "model_size": 8,
        "heads": 2,
        "feed_forward_size": 16,
        "dense_size": 8,
        "dropout": 0.1,
        "epochs": 20,
        "batch_size": 21,
        "learning_rate": 0.01,
        "weight_decay": 0.01,
        "on_sources": False,
    }

    window: Count
    model_size: Count
    heads: Count
    feed_forward_size: Count
    dense_size: Count
    dropout: Share
    epochs: Count
    batch_size: Count
    learning_rate: Rate
    weight_decay: Weight
    on_sources: bool  # true: sources teach it and the support nothing (Sui et al. 2024, IV-D3)
    seed: int

    def __post_init__(self) -> None:
        if self.model_size % self.heads:
            raise ValueError(
                f"neurallog: {self.heads} heads cannot share a model_size of {self.model_size}; make it a multiple"
            )

    def build_network(self, dim: int) -> nn.Module:
        """One encoder layer between two linear ones."""
        layer = nn.TransformerEncoderLayer(
            self.model_size, self.heads, self.feed_forward_size, self.dropout, batch_first=True
        )
        return _Network(dim, layer, self.model_size, self.dense_size)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Draw the weights that training starts from; where sources teach, train on them."""
        if not self.on_sources:
            return super().fit(sources)
        given = [windows for episode in sources for windows in episode.parts]
        return self.train_on(given, self.draw_network(vector_size(given[0])), self.epochs, self.weight_decay)

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Train on the support; or, where sources taught it, apply what they did."""
        if self.on_sources:
            return self
        return self.train_on([support], self.load_network(vector_size(support)), self.epochs, self.weight_decay)


class _Network(nn.Module):
    def __init__(self, dim: int, layer: nn.TransformerEncoderLayer, size: int, dense: int) -> None:
        super().__init__()
        self.input = nn.Linear(dim, size)
        self.layer = layer
        self.dense = nn.Linear(size, dense)
        self.out = nn.Linear(dense, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits; padding is looked at by nobody but a run of padding."""
        vectors = functional.embedding(inputs.ids, self.input(inputs.table))
        hidden = ~inputs.real & inputs.real.any(dim=1, keepdim=True)
        seen = self.layer(vectors + sine_positions(*vectors.shape[1:]).to(vectors.device), src_key_padding_mask=hidden)
        return self.out(self.dense(seen).relu())  # type: ignore[no-any-return]
