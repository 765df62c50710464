"""CroSysLog (Wang et al. 2024): an LSTM over windows of events, meta-learnt on sources, adapted to the target.

For each source i, theta_i = theta - alpha * grad L_support_i(theta), `inner_steps` times (Eq. 3); then theta moves, by
AdamW with rate beta, along the sum over ALL sources of grad L_query_i(theta_i) (Eq. 4, first order; `second_order`
differentiates through theta_i as well). On the target, `test_steps` steps on the support, and the last one is scored.
L is cross-entropy per event, plain or with `class_weights`. What windows have in common from their first event on is
computed once, in losses and in scores.

The authors' code trains on its first source only, never restores theta between tasks, and picks the best of the test
steps by the query's labels; none of that is done here. Rates are higher than theirs (alpha .002-.01, beta 9e-6-9e-4):
inputs are scaled differently, and there are some tens of meta-steps, not 120 searched trainings of 60.
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
from crosslog.detection.learning.maml import Loss, Losses, descent, meta_gradient
from crosslog.detection.learning.networks import EventLstm, initialise, to_state, to_weights


@dataclass(frozen=True)
class CroSysLog:
    """Event-level scores from the order of events and a handful of gradient steps."""

    hidden_size: int
    layers: int
    inner_learning_rate: float  # alpha
    outer_learning_rate: float  # beta
    inner_steps: int
    test_steps: int
    meta_steps: int
    second_order: bool  # differentiate through the inner steps
    class_weights: bool  # each class weighs the same in the loss, however rare
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Meta-learn the initial weights; every source is used in every meta-step."""
        model = self._model(sources[0].support.table.shape[1], twice=self.second_order)
        weights = initialise(model, self.seed)
        episodes = [Losses(*(self._loss(model, windows) for windows in episode.parts)) for episode in sources]
        optimiser = torch.optim.AdamW(list(weights.values()), lr=self.outer_learning_rate)
        for _ in range(self.meta_steps):
            slopes = meta_gradient(
                episodes, weights, self.inner_learning_rate, self.inner_steps, second_order=self.second_order
            )
            for name, weight in weights.items():
                weight.grad = slopes[name]
            optimiser.step()
        return replace(self, state=to_state(weights))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Take `test_steps` steps on the support; the last weights are kept."""
        *_, last = self.adaptations(support)
        return last

    def adaptations(self, support: Windows) -> Iterator[Self]:
        """Itself before any step on the support, and after each."""
        steps = descent(
            self._loss(self._model(self._dim), support),
            to_weights(self.state),
            self.inner_learning_rate,
            self.test_steps,
        )
        return (replace(self, state=to_state(weights)) for weights in steps)

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        return event_probabilities(self._model(self._dim), to_weights(self.state), windows)

    def _loss(self, model: EventLstm, windows: Windows) -> Loss:
        return event_cross_entropy(model, windows, balanced=self.class_weights)

    @property
    def _dim(self) -> int:
        return int(self.state["input.weight"].shape[1])

    def _model(self, dim: int, twice: bool = False) -> EventLstm:
        return EventLstm(dim, self.hidden_size, self.layers, twice)
