"""NeuralLog (Le and Zhang 2021): a Transformer encoder over runs of events, trained on the target's support alone.

Section III-C: sentence vectors plus sinusoidal positions, one encoder layer (self-attention and a feed-forward
network, each with residual and layer normalisation, as in Vaswani et al. 2017), dense 32, softmax.

As CroSysLog compares it: at event level, so each event's output is classified where the authors average the run. A
linear map takes the experiment's vectors, once per distinct text, to the encoder's width. Their window-level
undersampling to 5 normal runs per anomalous one has no counterpart at event level and is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.networks import initialise, scaled, to_state
from crosslog.detection.learning.sequences import Sequences, scored, sequences
from crosslog.detection.learning.training import Plan, anomaly_probability, event_loss, loaded, trained

LAST = 32  # the dense layer before the output, Le and Zhang


@dataclass(frozen=True)
class NeuralLog:
    """Every event looks at every other of its run."""

    window: int
    model_size: int
    heads: int
    feed_forward_size: int
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Draw the weights that training starts from; sources teach this method nothing."""
        model = self._model(sources[0].support.table.shape[1])
        initialise(model, self.seed)
        for norm in (model.layer.norm1, model.layer.norm2):
            nn.init.ones_(norm.weight)
        return replace(self, state=to_state(dict(model.named_parameters())))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Train on the support."""
        model, inputs = self._loaded(), sequences([support], self.window)
        plan = Plan(self.epochs, self.batch_size, self.learning_rate, self.weight_decay, self.seed)

        def loss(chosen: Tensor) -> Tensor:
            runs = inputs.rows(chosen)
            return event_loss(model(runs), runs)

        return replace(self, state=to_state(dict(trained(model, loss, len(inputs), plan).named_parameters())))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        model = self._loaded()
        return scored(windows, self.window, lambda inputs: anomaly_probability(model(inputs)))

    def _loaded(self) -> _Network:
        return loaded(self._model(self.state["input.weight"].shape[1]), self.state)

    def _model(self, dim: int) -> _Network:
        layer = nn.TransformerEncoderLayer(
            self.model_size, self.heads, self.feed_forward_size, self.dropout, batch_first=True
        )
        return _Network(dim, layer, self.model_size)


class _Network(nn.Module):
    def __init__(self, dim: int, layer: nn.TransformerEncoderLayer, size: int) -> None:
        super().__init__()
        self.input = nn.Linear(dim, size)
        self.layer = layer
        self.dense = nn.Linear(size, LAST)
        self.out = nn.Linear(LAST, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits; padding is looked at by nobody but a run of padding."""
        vectors = functional.embedding(inputs.ids, self.input(scaled(inputs.table)))
        hidden = ~inputs.real & inputs.real.any(dim=1, keepdim=True)
        seen = self.layer(vectors + _positions(*vectors.shape[1:]).to(vectors.device), src_key_padding_mask=hidden)
        return self.out(self.dense(seen).relu())  # type: ignore[no-any-return]


def _positions(length: int, size: int) -> Tensor:
    """(length, size) sines and cosines of positions (Vaswani et al. 2017, section 3.5)."""
    rates = torch.exp(torch.arange(0, size, 2) * (-math.log(10000.0) / size))
    angles = torch.arange(length)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).reshape(length, size)
