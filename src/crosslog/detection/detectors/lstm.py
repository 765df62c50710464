"""CroSysLog's LSTM without meta-learning: its ablations a4 and b4 (Wang et al. 2024, section V-C, table VII).

The same network, data and adaptation as `crosyslog`; but the weights are trained on all source events together, by
plain AdamW on cross-entropy, and not for being adapted. Step 0 is a network that knows the sources only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from crosslog.detection.learning.maml import Losses, gradient
from crosslog.detection.learning.meta_learner import Descent, GradientLearner
from crosslog.detection.learning.networks import EventLstm, Weights
from crosslog.ranges import Count, Rate, Weight


@dataclass(frozen=True)
class Lstm(GradientLearner):
    """Joint training on the sources, then gradient steps on the support."""

    small: ClassVar[Mapping[str, Any]] = {
        "window": 100,
        "hidden_size": 8,
        "learning_rate": 0.01,
        "steps": 10,
        "adapt_learning_rate": 0.3,
        "adapt_steps": 10,
        "weight_decay": 0.01,
    }

    window: Count  # events
    hidden_size: Count
    learning_rate: Rate  # of AdamW, on the sources
    steps: Count  # each over all source events
    adapt_learning_rate: Rate
    adapt_steps: Count
    weight_decay: Weight
    seed: int

    @property
    def outer(self) -> Descent:
        """Over all source events."""
        return Descent(self.learning_rate, self.steps)

    @property
    def inner(self) -> Descent:
        """On the support."""
        return Descent(self.adapt_learning_rate, self.adapt_steps)

    @property
    def run_length(self) -> int:
        """A window."""
        return self.window

    def build_network(self, dim: int) -> EventLstm:
        """One layer of LSTM, and two logits per event."""
        return EventLstm(dim, self.hidden_size)

    def source_slopes(self, episodes: Sequence[Losses], weights: Weights) -> Weights:
        """The slope of the sum of all spans' losses."""
        slopes = [gradient(loss, weights) for losses in episodes for loss in losses]
        return {name: torch.stack([slope[name] for slope in slopes]).sum(dim=0) for name in weights}
