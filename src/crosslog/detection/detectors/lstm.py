"""CroSysLog's LSTM without meta-learning: its ablations a4 and b4 (Wang et al. 2024, section V-C, table VII).

The same network, data and adaptation as `crosyslog`; but the weights are trained on all source events together, by
plain AdamW on cross-entropy, and not for being adapted. Step 0 is a network that knows the sources only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.events import event_cross_entropy, event_probabilities
from crosslog.detection.learning.maml import descent, gradient
from crosslog.detection.learning.networks import EventLstm, initialise, to_state, to_weights


@dataclass(frozen=True)
class Lstm:
    """Joint training on the sources, then gradient steps on the support."""

    hidden_size: int
    learning_rate: float  # of AdamW, on the sources
    steps: int  # each over all source events
    adapt_learning_rate: float
    adapt_steps: int
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Minimise the sum of all spans' losses."""
        model = EventLstm(sources[0].support.table.shape[1], self.hidden_size)
        weights = initialise(model, self.seed)
        losses = [event_cross_entropy(model, windows) for episode in sources for windows in episode.parts]
        optimiser = torch.optim.AdamW(list(weights.values()), lr=self.learning_rate)
        for _ in range(self.steps):
            slopes = [gradient(loss, weights) for loss in losses]
            for name, weight in weights.items():
                weight.grad = torch.stack([slope[name] for slope in slopes]).sum(dim=0)
            optimiser.step()
        return replace(self, state=to_state(weights))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Take `adapt_steps` plain gradient steps on the support; the last weights are kept."""
        *_, last = self.adaptations(support)
        return last

    def adaptations(self, support: Windows) -> Iterator[Self]:
        """Itself before any step on the support, and after each."""
        loss = event_cross_entropy(self._model(), support)
        steps = descent(loss, to_weights(self.state), self.adapt_learning_rate, self.adapt_steps)
        return (replace(self, state=to_state(weights)) for weights in steps)

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        return event_probabilities(self._model(), to_weights(self.state), windows)

    def _model(self) -> EventLstm:
        return EventLstm(self.state["input.weight"].shape[1], self.hidden_size)
