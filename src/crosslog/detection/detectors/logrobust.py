"""LogRobust (Zhang et al. 2019): a bidirectional LSTM with attention, trained on the target's support alone.

Section 3.3: an attention layer weighs each event's state, alpha_i = tanh(w . h_i), and the weighted sum of states is
classified. No code of the authors exists; a well-known re-implementation keeps the attention vector as a constant of
zeros, so that it never learns. Here it is a parameter like any other.

As CroSysLog compares it: at event level. Each event is classified from its own state beside the window's weighted
sum, which is divided by the window's number of events so that a short run looks like a long one. Semantic vectors are
those of the experiment, for every method the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.networks import initialise, to_state
from crosslog.detection.learning.recurrent import Recurrent, Sizes
from crosslog.detection.learning.sequences import Sequences, scored, sequences
from crosslog.detection.learning.training import Plan, anomaly_probability, event_loss, loaded, trained


@dataclass(frozen=True)
class LogRobust:
    """Context from both sides and a weighted view of the whole run."""

    window: int
    hidden_size: int  # per direction
    layers: int
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Draw the weights that training starts from; sources teach this method nothing."""
        return replace(self, state=to_state(initialise(self._model(sources[0].support.table.shape[1]), self.seed)))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Train on the support."""
        model, inputs = self._loaded(), sequences([support], self.window)
        plan = Plan(self.epochs, self.batch_size, self.learning_rate, weight_decay=0.0, seed=self.seed)

        def loss(chosen: Tensor) -> Tensor:
            runs = inputs.rows(chosen)
            return event_loss(model(runs), runs)

        return replace(self, state=to_state(dict(trained(model, loss, len(inputs), plan).named_parameters())))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        model = self._loaded()
        return scored(windows, self.window, lambda inputs: anomaly_probability(model(inputs)))

    def _loaded(self) -> _Network:
        return loaded(self._model(self.state["lstm.input.weight"].shape[1]), self.state)

    def _model(self, dim: int) -> _Network:
        return _Network(dim, Sizes(self.hidden_size, self.layers, self.dropout))


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes) -> None:
        super().__init__()
        self.lstm = Recurrent(dim, sizes, nn.LSTM, both_ways=True)
        self.attention = nn.Linear(2 * sizes.hidden, 1, bias=False)
        self.head = nn.Linear(4 * sizes.hidden, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits."""
        states = self.lstm(inputs.table, inputs.ids)
        real = inputs.real[..., None].to(states.dtype)
        weights = self.attention(states).tanh() * real
        summary = (weights * states).sum(dim=1, keepdim=True) / real.sum(dim=1, keepdim=True).clamp(min=1)
        return self.head(torch.cat([states, summary.expand_as(states)], dim=2))  # type: ignore[no-any-return]
