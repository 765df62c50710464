"""CroSysLog (Wang et al. 2024): an LSTM over windows of events, meta-learnt on sources, adapted to the target.

For each source i, theta_i = theta - alpha * grad L_support_i(theta), `inner_steps` times (Eq. 3); then theta moves, by
AdamW with rate beta, along the sum over ALL sources of grad L_query_i(theta_i) (Eq. 4, first order). On the target,
`test_steps` steps on the support, and the last one is scored. L is plain cross-entropy per event.

The authors' code trains on its first source only, never restores theta between tasks, and picks the best of the test
steps by the query's labels; none of that is done here. Rates are higher than theirs (alpha .002-.01, beta 9e-6-9e-4):
inputs are scaled differently, and there are some tens of meta-steps, not 120 searched trainings of 60.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from crosslog.detection.detector import State
from crosslog.detection.learning.maml import Losses, descended, meta_gradient
from crosslog.detection.learning.networks import Batch, EventLstm, Weights, batch, initialise, to_state, to_weights
from crosslog.detection.windows import Episode, Windows


@dataclass(frozen=True)
class CroSysLog:
    """Event-level scores from the order of events and a handful of gradient steps."""

    hidden_size: int
    inner_learning_rate: float  # alpha
    outer_learning_rate: float  # beta
    inner_steps: int
    test_steps: int
    meta_steps: int
    seed: int
    level: ClassVar[Literal["event", "window"]] = "event"
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Meta-learn the initial weights; every source is used in every meta-step."""
        model = EventLstm(sources[0].support.table.shape[1], self.hidden_size)
        weights = initialise(model, self.seed)
        episodes = [
            Losses(partial(_loss, model, batch(episode.support)), partial(_loss, model, batch(episode.query)))
            for episode in sources
        ]
        optimiser = torch.optim.AdamW(list(weights.values()), lr=self.outer_learning_rate)
        for _ in range(self.meta_steps):
            slopes = meta_gradient(episodes, weights, self.inner_learning_rate, self.inner_steps)
            for name, weight in weights.items():
                weight.grad = slopes[name]
            optimiser.step()
        return replace(self, state=to_state(weights))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Take `test_steps` steps on the support; the last weights are kept."""
        loss = partial(_loss, self._model(), batch(support))
        weights = descended(loss, to_weights(self.state), self.inner_learning_rate, self.test_steps)
        return replace(self, state=to_state(weights))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(n, length) softmax probabilities of an anomaly."""
        inputs = batch(windows)
        with torch.no_grad():
            logits = functional_call(self._model(), to_weights(self.state), (inputs.table, inputs.ids))
        probabilities: NDArray[np.float32] = logits.softmax(dim=-1)[..., 1].numpy()
        return probabilities

    def _model(self) -> EventLstm:
        return EventLstm(self.state["input.weight"].shape[1], self.hidden_size)


def _loss(model: nn.Module, inputs: Batch, weights: Weights) -> Tensor:
    """Mean cross-entropy over events."""
    logits = functional_call(model, weights, (inputs.table, inputs.ids))
    return nn.functional.cross_entropy(logits[inputs.real], inputs.labels[inputs.real])
