"""What methods that classify a window or session as a whole share: training on distinct runs, scoring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crosslog.detection.events import Unit, Windows
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.networks import Network, NetworkDetector, to_state
from crosslog.detection.learning.runs import number_texts, score_runs
from crosslog.detection.learning.sequences import RUNS_AT_ONCE, Sequences, build_sequences
from crosslog.detection.learning.training import Plan, anomaly_probability, train_network
from crosslog.detection.learning.vectors import vector_size


class RunClassifier(NetworkDetector[Network]):
    """A network from runs of events (`Sequences`) to (n, 2) logits."""

    units: ClassVar[frozenset[Unit]] = frozenset({"window", "session"})
    window: int
    batch_size: int
    learning_rate: float

    def train_on_runs(
        self, windows: Windows, ids: NDArray[np.int32], shares: NDArray[np.floating], network: Network, epochs: int
    ) -> Self:
        """Itself with the weights that `network` has after training by cross-entropy.

        Parameters
        ----------
        windows : with the table that the runs are of
        ids : (n, length) distinct runs, rows of that table
        shares : (n, 2) how many runs like each are normal and how many anomalous; parts of one where it is not certain
        """
        inputs, weights = unlabelled_sequences(windows, ids), to_tensor(shares.astype(np.float32))

        def loss(chosen: Tensor) -> Tensor:
            part = weights[chosen]
            lost: Tensor = -(part * network(inputs.rows(chosen)).log_softmax(dim=1)).sum() / part.sum()
            return lost

        train_network(network, loss, len(ids), Plan(epochs, self.batch_size, self.learning_rate, 0.0, self.seed))
        return replace(self, state=to_state(network.state_dict()))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        network = self.load_network(vector_size(windows))

        def score(ids: NDArray[np.int32]) -> NDArray[np.float32]:
            return map_runs(unlabelled_sequences(windows, ids), lambda runs: anomaly_probability(network(runs)))

        return score_runs(windows, self.window, score, number_texts)


def unlabelled_sequences(windows: Windows, ids: NDArray[np.int32]) -> Sequences:
    """(n, length) rows of the windows' table as a network takes them."""
    return build_sequences(windows, ids, np.zeros(ids.shape, dtype=np.bool_))


def map_runs(inputs: Sequences, function: Callable[[Sequences], Tensor]) -> NDArray[np.float32]:
    """What a function makes of runs, (n, …), some at a time and without gradients."""
    with torch.no_grad():
        parts = [function(inputs.rows(chosen)) for chosen in torch.split(torch.arange(len(inputs)), RUNS_AT_ONCE)]
    values: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
    return values
