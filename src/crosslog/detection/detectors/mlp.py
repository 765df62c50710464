"""CroSysLog without context: a perceptron on each event alone, meta-learnt and adapted as `crosyslog` is.

Same data, losses and first-order MAML (Wang et al. 2024, Eq. 3-4; Finn et al. 2017); what `crosyslog` has over this is
what the window adds. An event's score depends on its text alone, so the network is computed per distinct text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.learning.meta_learner import MetaLearner
from crosslog.detection.learning.networks import Perceptron
from crosslog.detection.learning.prefixes import Prefixes
from crosslog.ranges import Count, Rate, Weight


@dataclass(frozen=True)
class Mlp(MetaLearner):
    """Event-level scores from a text alone and a handful of gradient steps."""

    small: ClassVar[Mapping[str, Any]] = {
        "hidden_size": 8,
        "inner_learning_rate": 0.3,
        "outer_learning_rate": 0.01,
        "inner_steps": 3,
        "test_steps": 10,
        "meta_steps": 10,
        "weight_decay": 0.01,
    }

    hidden_size: Count
    inner_learning_rate: Rate  # alpha
    outer_learning_rate: Rate  # beta
    inner_steps: Count
    test_steps: Count
    meta_steps: Count
    weight_decay: Weight
    seed: int

    @property
    def run_length(self) -> int:
        """An event alone."""
        return 1

    def build_network(self, dim: int) -> nn.Module:
        """A perceptron per text."""
        return _Network(dim, self.hidden_size)


class _Network(nn.Module):
    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.texts = Perceptron(dim, hidden, out=2)

    def forward(self, table: Tensor, tree: Prefixes) -> Tensor:
        """(nodes, 2) logits, each of the text that a node ends with."""
        return functional.embedding(tree.rows, self.texts(table))
