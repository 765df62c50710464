"""CroSysLog's LSTM without meta-learning: its ablations a4 and b4 (Wang et al. 2024, section V-C, table VII).

The same network, data and adaptation as `crosyslog`; but the weights are trained on all source events together, by
plain AdamW on cross-entropy, and not for being adapted. Step 0 is a network that knows the sources only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from crosslog.detection.detector import State
from crosslog.detection.learning.maml import Loss, descended, gradient
from crosslog.detection.learning.networks import EventLstm, Weights, initialise, to_state, to_weights
from crosslog.detection.learning.sequences import Sequences, scored, sequences
from crosslog.detection.learning.training import anomaly_probability, event_loss
from crosslog.detection.windows import Episode, Windows


@dataclass(frozen=True)
class Lstm:
    """Joint training on the sources, then gradient steps on the support."""

    hidden_size: int
    learning_rate: float  # of AdamW, on the sources
    steps: int  # each over all source events
    adapt_learning_rate: float
    adapt_steps: int
    seed: int
    level: ClassVar[Literal["event", "window"]] = "event"
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Minimise the sum of all spans' losses."""
        model = EventLstm(sources[0].support.table.shape[1], self.hidden_size)
        weights = initialise(model, self.seed)
        losses = [_loss(model, windows) for episode in sources for windows in episode]
        optimiser = torch.optim.AdamW(list(weights.values()), lr=self.learning_rate)
        for _ in range(self.steps):
            slopes = [gradient(loss, weights) for loss in losses]
            for name, weight in weights.items():
                weight.grad = torch.stack([slope[name] for slope in slopes]).sum(dim=0)
            optimiser.step()
        return replace(self, state=to_state(weights))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Take `adapt_steps` plain gradient steps on the support; the last weights are kept."""
        loss = _loss(self._model(), support)
        weights = descended(loss, to_weights(self.state), self.adapt_learning_rate, self.adapt_steps)
        return replace(self, state=to_state(weights))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(n, length) softmax probabilities of an anomaly."""
        model, weights = self._model(), to_weights(self.state)
        length = windows.ids.shape[1]
        return scored(windows, length, lambda inputs: anomaly_probability(_logits(model, inputs, weights)))

    def _model(self) -> EventLstm:
        return EventLstm(self.state["input.weight"].shape[1], self.hidden_size)


def _loss(model: nn.Module, windows: Windows) -> Loss:
    """Mean cross-entropy over a span's events, as a function of the weights."""
    inputs = sequences([windows], windows.ids.shape[1])
    return lambda weights: event_loss(_logits(model, inputs, weights), inputs)


def _logits(model: nn.Module, inputs: Sequences, weights: Weights) -> Tensor:
    logits: Tensor = functional_call(model, weights, (inputs.table, inputs.ids))
    return logits
