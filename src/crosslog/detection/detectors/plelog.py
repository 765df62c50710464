"""PLELog (Yang et al. 2021): labels estimated from known normal windows, then an attention GRU trained on them.

Section III: a window is represented by the mean of its events' vectors; clusters give every window that is not known to
be normal a probability (learning/label_estimation.py); a bidirectional GRU reads the events, a guide vector g weighs
its states by softmax_t(g . h_t), and the weighted sum is classified, with cross-entropy against the probabilities.

Sui et al. 2024 (LogSynergy, IV-A): one layer of 100; 50 % of the target's normal windows are known, all others have no
label. Here the known ones are the first, as in the authors' code. That code weighs the words of a template by their idf
and keeps, beside the last epoch, the one with the best F1 on the test set. Only windows of the target are clustered:
time grows with the square of their number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.count_vectors import average_texts
from crosslog.detection.learning.label_estimation import estimate_anomalies
from crosslog.detection.learning.recurrent import Guide, Recurrent, Sizes
from crosslog.detection.learning.run_classifier import RunClassifier
from crosslog.detection.learning.runs import count_parts, find_distinct
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Rate, Share


@dataclass(frozen=True)
class PleLog(RunClassifier[nn.Module]):
    """What lies apart from every known normal window is probably anomalous; no anomaly's label is read."""

    small: ClassVar[Mapping[str, Any]] = {
        "known_normal": 0.5,
        "cluster_size": 4,
        "components": 8,
        "window": 10,
        "hidden_size": 8,
        "layers": 1,
        "dropout": 0.0,
        "epochs": 20,
        "batch_size": 20,
        "learning_rate": 0.02,
    }

    known_normal: Share  # of the normal windows, the first
    cluster_size: Count
    components: Count
    window: Count  # events; longer sessions are cut into runs of so many
    hidden_size: Count  # per direction
    layers: Count
    dropout: Share
    epochs: Count
    batch_size: Count  # distinct runs
    learning_rate: Rate
    seed: int

    def build_network(self, dim: int) -> nn.Module:
        """Recurrent layers, the guide vector and a head."""
        return _Network(dim, Sizes(self.hidden_size, self.layers, self.dropout))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Estimate the labels of the support's runs and train on them."""
        runs = support.cut_runs(self.window)
        distinct, inverse = find_distinct(runs.ids)
        known = np.repeat(self._find_known(support), count_parts(support, self.window))
        chances = estimate_anomalies(
            average_texts(support, distinct)[inverse], known, self.cluster_size, self.components
        )
        shares = np.stack([np.bincount(inverse, weights=each) for each in (1 - chances, chances)], axis=1).astype(float)
        return self.train_on_runs(support, distinct, shares, self.load_network(vector_size(support)), self.epochs)

    def _find_known(self, support: Windows) -> NDArray[np.bool_]:
        """(n,) the first of the normal windows."""
        normal = np.flatnonzero(~replace(support, unit="window").truth)
        known = np.zeros(len(support), dtype=np.bool_)
        known[normal[: math.ceil(self.known_normal * len(normal))]] = True
        return known


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes) -> None:
        super().__init__()
        self.gru = Recurrent(dim, sizes, nn.GRU, both_ways=True)
        self.guide = Guide(2 * sizes.hidden)
        self.head = nn.Linear(2 * sizes.hidden, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, 2) logits."""
        return self.head(self.guide.summarise(self.gru(inputs), inputs.real))  # type: ignore[no-any-return]
