"""What methods that classify the events of a run share: cutting, training, scoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from crosslog.detection.events import Windows
from crosslog.detection.learning.networks import Network, NetworkDetector, to_state
from crosslog.detection.learning.sequences import cut_sequences, score_sequences
from crosslog.detection.learning.training import Plan, anomaly_probability, event_loss, train_network
from crosslog.detection.learning.vectors import vector_size


class SequenceClassifier(NetworkDetector[Network]):
    """A network from runs of events (`Sequences`) to (n, length, 2) logits."""

    window: int
    batch_size: int
    learning_rate: float

    def train_on(self, several: Sequence[Windows], network: Network, epochs: int, weight_decay: float = 0.0) -> Self:
        """Itself with the weights that `network` has after training; AdamW, or Adam where nothing decays."""
        inputs = cut_sequences(several, self.window)

        def loss(chosen: Tensor) -> Tensor:
            runs = inputs.rows(chosen)
            return event_loss(network(runs), runs)

        plan = Plan(epochs, self.batch_size, self.learning_rate, weight_decay, self.seed)
        train_network(network, loss, len(inputs), plan)
        return replace(self, state=to_state(network.state_dict()))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        network = self.load_network(vector_size(windows))
        return score_sequences(windows, self.window, lambda runs: anomaly_probability(network(runs)))
