"""What DeepLog and LogAnomaly share: a network says which template comes next, and a run is as odd as its worst event.

Du et al. 2017 call an event normal if its template is among the `top` likeliest after what came before it. Here an
event at rank r, likeliest first, with probability p, has the odds (r - p / 2) / (top + 1/2): its score is above .5 just
where r > top, and p tells apart what has the same rank. A run's first event follows nothing, so it is not ranked: it
scores 0 or, like any other whose template is new to the method, 1. A window or session scores as its worst event does.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.detector import State
from crosslog.detection.events import PAD, Episode, Windows
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.networks import Network, NetworkDetector, to_state
from crosslog.detection.learning.runs import CountedRuns, count_runs, score_runs
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.training import Plan, train_network
from crosslog.detection.learning.vectors import vector_size
from crosslog.detection.learning.vocabulary import learn_templates

LOGITS_AT_ONCE = 1 << 24  # in scoring; bounds memory


class NextTemplateDetector(NetworkDetector[Network]):
    """A network from runs of template numbers (`Sequences`) to (n, length - 1, known) logits, none of the first event.

    It learns from the target's normal windows alone, each distinct run once with its count as its weight; a batch's
    loss is the mean over the events of all windows that it stands for.
    """

    window: int
    top: int
    epochs: int
    batch_size: int
    learning_rate: float

    @property
    def known(self) -> int:
        """How many templates it has learnt; a network needs one."""
        return max(1, len(self.state.get("keys", ())))

    @abstractmethod
    def number(self, windows: Windows) -> NDArray[np.int32]:
        """(events,) the number of each event's template; `known` where it has none."""

    def describe(self, support: Windows, normal: NDArray[np.bool_]) -> State:
        """What it remembers of the templates of the support's `normal` (n,) windows, beside their keys."""
        return {}

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Other systems' templates teach it nothing."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Learn the templates (`keys`) and their order from the normal windows."""
        normal = ~replace(support, unit="window").truth
        remembered = {"keys": learn_templates(support, normal), **self.describe(support, normal)}
        learner = replace(self, state=remembered)
        network = learner.draw_network(vector_size(support))
        if normal.any():
            learner._train(network, count_runs([support.take(np.flatnonzero(normal))], self.window, learner.number))
        return replace(self, state={**remembered, **to_state(network.state_dict())})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in (0, 1]; above .5 where an event's template is not among the `top` likeliest."""
        network = self.load_network(vector_size(windows))
        return score_runs(windows, self.window, lambda ids: self._score(network, ids), self.number)

    def _train(self, network: Network, runs: CountedRuns) -> None:
        inputs, weights = self._to_sequences(runs.ids), to_tensor(runs.normal.astype(np.float32))

        def loss(chosen: Tensor) -> Tensor:
            part = inputs.pick(chosen)
            lost = functional.cross_entropy(network(part).transpose(1, 2), self._next(part), reduction="none")
            each = weights[chosen][:, None] * part.real[:, 1:]
            return (lost * each).sum() / each.sum().clamp(min=1)

        plan = Plan(self.epochs, self.batch_size, self.learning_rate, 0.0, self.seed)
        train_network(network, loss, len(runs), plan)

    def _score(self, network: nn.Module, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """(runs,) scores of (runs, length) numbers."""
        inputs = self._to_sequences(ids)
        at_once = max(1, LOGITS_AT_ONCE // (ids.shape[1] * self.known))
        with torch.no_grad():
            parts = [self._grade(network, inputs.pick(some)) for some in torch.split(torch.arange(len(ids)), at_once)]
        return torch.cat(parts).cpu().numpy()

    def _grade(self, network: nn.Module, inputs: Sequences) -> Tensor:
        """(n,) the worst event's score of each run."""
        places = rank_next(network(inputs), self._next(inputs))
        scores = functional.pad(places / (places + self.top + 0.5), (1, 0))
        new = (inputs.ids == self.known) | (len(self.state["keys"]) == 0)
        return scores.masked_fill(new, 1.0).masked_fill(~inputs.real, 0.0).amax(dim=1)

    def _next(self, inputs: Sequences) -> Tensor:
        """(n, length - 1) what is to be predicted; any template where there is none."""
        return inputs.ids[:, 1:].clamp(max=self.known - 1)

    def _to_sequences(self, ids: NDArray[np.int32]) -> Sequences:
        """Numbers as a network takes them; the table's rows are the templates' `vectors`, where it remembers any."""
        real = to_tensor(ids != PAD)
        numbers = to_tensor(np.where(ids == PAD, self.known, ids).astype(np.int64))
        table = to_tensor(np.array(self.state.get("vectors", np.zeros((0, 0), np.float32))))
        return Sequences(functional.pad(table, (0, 0, 0, 1)), numbers, torch.zeros_like(numbers), real)


def rank_next(logits: Tensor, ids: Tensor) -> Tensor:
    """(n, length) rank of each event's template among (n, length, known) logits, less half its probability."""
    own = logits.gather(2, ids[..., None])
    chance = logits.softmax(dim=2).gather(2, ids[..., None])
    return (1 + (logits > own).sum(dim=2)) - chance[..., 0] / 2
