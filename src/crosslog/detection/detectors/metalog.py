"""MetaLog (Zhang et al. 2024): an attention GRU, meta-learnt across one source and the target.

Each step draws a batch of the source (meta-train) and one of the target's support (meta-test):
theta' = theta - alpha * grad L_source(theta), and theta moves, by Adam and to first order, along
grad L_source(theta) + beta * grad L_target(theta'). The target is part of every step: all training is in `adapt`.

The network: a bidirectional GRU; a trained guide vector g weighs its states by softmax_t(g . h_t); the weighted sum is
classified. As CroSysLog compares it: at event level, so each event is classified from its own state beside that sum;
true labels of the support, where the authors estimate the target's by clustering; one source, the experiment's number
`source`, and one random support of the target for all episodes (`one_support`), or each episode's own. The authors'
code picks the epoch by the test set's F1 and looks source events up with ids of another table; here the last step is
kept, and there is one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.func import functional_call

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.maml import gradient
from crosslog.detection.learning.networks import Weights, to_state
from crosslog.detection.learning.recurrent import Guide, Recurrent, Sizes
from crosslog.detection.learning.sequence_classifier import SequenceClassifier
from crosslog.detection.learning.sequences import Sequences, cut_sequences, draw_batches, pick_source
from crosslog.detection.learning.training import build_optimiser, enable_dropout, event_loss
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Number, Rate, Share, Weight


@dataclass(frozen=True)
class MetaLog(SequenceClassifier[nn.Module]):
    """Steps that help the source only as far as they help the target."""

    small: ClassVar[Mapping[str, Any]] = {
        "source": 0,
        "one_support": True,
        "window": 20,
        "hidden_size": 8,
        "layers": 1,
        "dropout": 0.0,
        "inner_learning_rate": 0.01,
        "target_weight": 1.0,
        "learning_rate": 0.01,
        "betas": (0.9, 0.9),
        "decay": 0.75,
        "decay_steps": 1000,
        "steps": 20,
        "batch_size": 20,
    }

    source: Number  # which of the experiment's sources
    one_support: bool  # the target is one random support, the same for all episodes
    window: Count
    hidden_size: Count  # per direction
    layers: Count
    dropout: Share
    inner_learning_rate: Rate  # alpha
    target_weight: Weight  # beta
    learning_rate: Rate
    betas: tuple[Share, Share]  # of Adam's two averages
    decay: Rate  # the learning rate is multiplied with this after each `decay_steps`
    decay_steps: Count
    steps: Count
    batch_size: Count
    seed: int

    def build_network(self, dim: int) -> nn.Module:
        """Recurrent layers, the guide vector and a head."""
        return _Network(dim, Sizes(self.hidden_size, self.layers, self.dropout))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Take `steps` meta-steps over batches of the source and of the support."""
        network = self.load_network(vector_size(support))
        systems = [cut_sequences(given, self.window) for given in (pick_source(sources, self.source), [support])]
        generator = torch.Generator().manual_seed(self.seed)
        first, second = self.betas
        optimiser = build_optimiser(network, self.learning_rate, weight_decay=0.0, betas=(first, second))
        pace = torch.optim.lr_scheduler.StepLR(optimiser, self.decay_steps, self.decay)
        with enable_dropout(network, self.seed):
            for _ in range(self.steps):
                slopes = self._meta_gradient(network, *draw_batches(systems, self.batch_size, generator))
                for name, parameter in network.named_parameters():
                    parameter.grad = slopes[name]
                optimiser.step()
                pace.step()
        return replace(self, state=to_state(network.state_dict()))

    def _meta_gradient(self, network: nn.Module, source: Sequences, target: Sequences) -> Weights:
        weights: Weights = dict(network.named_parameters())
        slopes = gradient(partial(_loss, network, source), weights)
        stepped = {name: weight.detach() - self.inner_learning_rate * slopes[name] for name, weight in weights.items()}
        there = gradient(partial(_loss, network, target), stepped)
        return {name: slope + self.target_weight * there[name] for name, slope in slopes.items()}


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes) -> None:
        super().__init__()
        self.gru = Recurrent(dim, sizes, nn.GRU, both_ways=True)
        self.guide = Guide(2 * sizes.hidden)
        self.head = nn.Linear(4 * sizes.hidden, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits; padding weighs nothing in the sum."""
        states = self.gru(inputs)
        summary = self.guide.summarise(states, inputs.real)[:, None]
        return self.head(torch.cat([states, summary.expand_as(states)], dim=2))  # type: ignore[no-any-return]


def _loss(network: nn.Module, inputs: Sequences, weights: Weights) -> Tensor:
    return event_loss(functional_call(network, weights, (inputs,)), inputs)
