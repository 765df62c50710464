"""CroSysLog without context: a perceptron on each event alone, meta-learnt and adapted as `crosyslog` is.

Same data, losses and first-order MAML (Wang et al. 2024, Eq. 3-4; Finn et al. 2017); what `crosyslog` has over this is
what the window adds. An event's score depends on its text alone, so losses and scores are taken per distinct text,
weighted by its normal and its anomalous events: the same mean over events at a fraction of the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning import device
from crosslog.detection.learning.counts import by_unit, unit_counts
from crosslog.detection.learning.maml import Losses, descent, meta_gradient
from crosslog.detection.learning.networks import Embedding, Weights, initialise, to_state, to_weights


@dataclass(frozen=True)
class Mlp:
    """Event-level scores from a text alone and a handful of gradient steps."""

    hidden_size: int
    inner_learning_rate: float  # alpha
    outer_learning_rate: float  # beta
    inner_steps: int
    test_steps: int
    meta_steps: int
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Meta-learn the initial weights; every source is used in every meta-step."""
        model = self._model(sources[0].support.table.shape[1])
        weights = initialise(model, self.seed)
        episodes = [
            Losses(*(partial(_loss, model, _texts(windows)) for windows in episode.parts)) for episode in sources
        ]
        optimiser = torch.optim.AdamW(list(weights.values()), lr=self.outer_learning_rate)
        for _ in range(self.meta_steps):
            slopes = meta_gradient(episodes, weights, self.inner_learning_rate, self.inner_steps)
            for name, weight in weights.items():
                weight.grad = slopes[name]
            optimiser.step()
        return replace(self, state=to_state(weights))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Take `test_steps` steps on the support; the last weights are kept."""
        *_, last = self.adaptations(support)
        return last

    def adaptations(self, support: Windows) -> Iterator[Self]:
        """Itself before any step on the support, and after each."""
        loss = partial(_loss, self._model(support.table.shape[1]), _texts(support))
        steps = descent(loss, to_weights(self.state), self.inner_learning_rate, self.test_steps)
        return (replace(self, state=to_state(weights)) for weights in steps)

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        return by_unit(windows, self._probabilities)

    def _probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            given = device.placed(vectors)
            logits = functional_call(self._model(vectors.shape[1]), to_weights(self.state), (given,))
        probabilities: NDArray[np.float32] = logits.softmax(dim=1)[:, 1].cpu().numpy()
        return probabilities

    def _model(self, dim: int) -> Embedding:
        return Embedding(dim, self.hidden_size, out=2)


class _Texts(NamedTuple):
    """Distinct texts (n, dim) and their share of a span's normal and anomalous events (n, 2), 1 in sum."""

    vectors: Tensor
    shares: Tensor


def _texts(windows: Windows) -> _Texts:
    counts = unit_counts([windows])
    events = np.stack([counts.normal, counts.anomalous], axis=1)
    shares = (events / events.sum()).astype(np.float32)
    return _Texts(device.placed(windows.table[counts.ids]), device.placed(shares))


def _loss(model: nn.Module, texts: _Texts, weights: Weights) -> Tensor:
    """Mean cross-entropy over events."""
    logits: Tensor = functional_call(model, weights, (texts.vectors,))
    return -(texts.shares * logits.log_softmax(dim=1)).sum()
