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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import nn

from crosslog.detection.events import Windows
from crosslog.detection.learning.events import event_cross_entropy
from crosslog.detection.learning.maml import Loss, Losses, meta_gradient
from crosslog.detection.learning.meta_learner import MetaLearner
from crosslog.detection.learning.networks import EventLstm, Weights
from crosslog.ranges import Count, Rate, Weight


@dataclass(frozen=True)
class CroSysLog(MetaLearner):
    """Event-level scores from the order of events and a handful of gradient steps."""

    small: ClassVar[Mapping[str, Any]] = {
        "window": 100,
        "hidden_size": 8,
        "layers": 1,
        "inner_learning_rate": 0.3,
        "outer_learning_rate": 0.01,
        "inner_steps": 3,
        "test_steps": 10,
        "meta_steps": 10,
        "second_order": False,
        "class_weights": False,
        "weight_decay": 0.01,
    }

    window: Count  # events
    hidden_size: Count
    layers: Count
    inner_learning_rate: Rate  # alpha
    outer_learning_rate: Rate  # beta
    inner_steps: Count
    test_steps: Count
    meta_steps: Count
    second_order: bool  # differentiate through the inner steps
    class_weights: bool  # each class weighs the same in the loss, however rare
    weight_decay: Weight
    seed: int

    @property
    def run_length(self) -> int:
        """A window."""
        return self.window

    def build_network(self, dim: int) -> EventLstm:
        """Layers of LSTM, and two logits per event."""
        return EventLstm(dim, self.hidden_size, self.layers, twice=self.second_order)

    def loss_of(self, network: nn.Module, windows: Windows) -> Loss:
        """Mean cross-entropy per event."""
        return event_cross_entropy(network, windows.cut_runs(self.run_length), balanced=self.class_weights)

    def source_slopes(self, episodes: Sequence[Losses], weights: Weights) -> Weights:
        """The slope of all queries' losses after the inner steps."""
        return meta_gradient(
            episodes, weights, self.inner_learning_rate, self.inner_steps, second_order=self.second_order
        )
