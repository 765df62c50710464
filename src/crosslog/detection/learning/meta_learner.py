"""What CroSysLog and its ablations share: weights learnt on sources by AdamW, adapted by plain gradient steps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.func import functional_call

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.events import event_cross_entropy, score_events
from crosslog.detection.learning.maml import Loss, Losses, descent, meta_gradient
from crosslog.detection.learning.networks import NetworkDetector, Weights, to_state, to_weights
from crosslog.detection.learning.vectors import vector_size


class Descent(NamedTuple):
    """Steps, and how long each is."""

    learning_rate: float
    steps: int


class GradientLearner(NetworkDetector[nn.Module]):
    """A network over (distinct, dim) vectors and a tree of windows, (nodes, 2) logits, and where its weights go."""

    weight_decay: float

    @property
    @abstractmethod
    def run_length(self) -> int:
        """How many events the network goes through from a zero state; longer windows are cut into runs."""

    @property
    @abstractmethod
    def outer(self) -> Descent:
        """On the sources, by AdamW."""

    @property
    @abstractmethod
    def inner(self) -> Descent:
        """On the support, by plain gradient steps."""

    @abstractmethod
    def source_slopes(self, episodes: Sequence[Losses], weights: Weights) -> Weights:
        """What AdamW follows on the sources."""

    def loss_of(self, network: nn.Module, windows: Windows) -> Loss:
        """Mean cross-entropy per event."""
        return event_cross_entropy(network, windows.cut_runs(self.run_length))

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Learn the initial weights; every source is used in every step."""
        network = self.draw_network(vector_size(sources[0].support))
        weights = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
        episodes = [Losses(*(self.loss_of(network, windows) for windows in episode.parts)) for episode in sources]
        rate, steps = self.outer
        optimiser = torch.optim.AdamW(list(weights.values()), lr=rate, weight_decay=self.weight_decay)
        for _ in range(steps):
            slopes = self.source_slopes(episodes, weights)
            for name, weight in weights.items():
                weight.grad = slopes[name]
            optimiser.step()
        return replace(self, state=to_state(weights))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Take all steps on the support; the last weights are kept."""
        *_, last = self.adaptations(support)
        return last

    def adaptations(self, support: Windows) -> Iterator[Self]:
        """Itself before any step on the support, and after each."""
        network = self.draw_network(vector_size(support))
        steps = descent(self.loss_of(network, support), to_weights(self.state), *self.inner)
        return (replace(self, state=to_state(weights)) for weights in steps)

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        network, weights = self.draw_network(vector_size(windows)), to_weights(self.state)
        return score_events(windows.cut_runs(self.run_length), lambda *given: functional_call(network, weights, given))


class MetaLearner(GradientLearner):
    """Weights learnt for being adapted (Finn et al. 2017)."""

    inner_learning_rate: float
    outer_learning_rate: float
    inner_steps: int
    test_steps: int
    meta_steps: int

    @property
    def outer(self) -> Descent:
        """Meta-steps."""
        return Descent(self.outer_learning_rate, self.meta_steps)

    @property
    def inner(self) -> Descent:
        """As many as the test has; training takes `inner_steps`."""
        return Descent(self.inner_learning_rate, self.test_steps)

    def source_slopes(self, episodes: Sequence[Losses], weights: Weights) -> Weights:
        """The query's slope after the inner steps on the support, summed over all sources; of first order."""
        return meta_gradient(episodes, weights, self.inner_learning_rate, self.inner_steps)
