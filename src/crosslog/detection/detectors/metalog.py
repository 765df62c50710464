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

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.maml import gradient
from crosslog.detection.learning.networks import Weights, initialise, to_state
from crosslog.detection.learning.recurrent import Recurrent, Sizes
from crosslog.detection.learning.sequences import Sequences, one_source, scored, sequences
from crosslog.detection.learning.training import adamw, anomaly_probability, event_loss, loaded, training


@dataclass(frozen=True)
class MetaLog:
    """Steps that help the source only as far as they help the target."""

    source: int  # which of the experiment's sources
    one_support: bool  # the target is one random support, the same for all episodes
    window: int
    hidden_size: int  # per direction
    layers: int
    inner_learning_rate: float  # alpha
    target_weight: float  # beta
    learning_rate: float
    steps: int
    batch_size: int
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Draw the weights that training starts from; training needs the target as well."""
        dim = one_source(sources, self.source)[0].table.shape[1]
        return replace(self, state=to_state(initialise(self._model(dim), self.seed)))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Take `steps` meta-steps over batches of the source and of the support."""
        model = self._loaded()
        systems = [sequences(windows, self.window) for windows in (one_source(sources, self.source), [support])]
        generator = torch.Generator().manual_seed(self.seed)
        optimiser = adamw(model, self.learning_rate, weight_decay=0.0)
        with training(model, self.seed):
            for _ in range(self.steps):
                batches = [
                    runs.rows(torch.randint(len(runs), (self.batch_size,), generator=generator)) for runs in systems
                ]
                slopes = self._meta_gradient(model, *batches)
                for name, parameter in model.named_parameters():
                    parameter.grad = slopes[name]
                optimiser.step()
        return replace(self, state=to_state(dict(model.named_parameters())))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        model = self._loaded()
        return scored(windows, self.window, lambda inputs: anomaly_probability(model(inputs)))

    def _meta_gradient(self, model: nn.Module, source: Sequences, target: Sequences) -> Weights:
        weights: Weights = dict(model.named_parameters())
        slopes = gradient(partial(_loss, model, source), weights)
        stepped = {name: weight.detach() - self.inner_learning_rate * slopes[name] for name, weight in weights.items()}
        there = gradient(partial(_loss, model, target), stepped)
        return {name: slope + self.target_weight * there[name] for name, slope in slopes.items()}

    def _loaded(self) -> _Network:
        return loaded(self._model(self.state["gru.input.weight"].shape[1]), self.state)

    def _model(self, dim: int) -> _Network:
        return _Network(dim, Sizes(self.hidden_size, self.layers, dropout=0.0))


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes) -> None:
        super().__init__()
        self.gru = Recurrent(dim, sizes, nn.GRU, both_ways=True)
        self.guide = nn.Linear(2 * sizes.hidden, 1, bias=False)
        self.head = nn.Linear(4 * sizes.hidden, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits; padding weighs nothing in the sum."""
        states = self.gru(inputs.table, inputs.ids)
        lowest = torch.finfo(states.dtype).min
        weights = self.guide(states).masked_fill(~inputs.real[..., None], lowest).softmax(dim=1)
        summary = (weights * states).sum(dim=1, keepdim=True)
        return self.head(torch.cat([states, summary.expand_as(states)], dim=2))  # type: ignore[no-any-return]


def _loss(model: nn.Module, inputs: Sequences, weights: Weights) -> Tensor:
    return event_loss(functional_call(model, weights, (inputs,)), inputs)
