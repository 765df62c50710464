"""LogTransfer (Chen et al. 2020): an anomaly classifier learnt on one source, under an LSTM of the target's own.

Section III-C: source LSTM and dense layers are trained on the source's labels; the target's LSTM starts from the
source's and is fine-tuned on the target's labels, while the dense layers are shared and stay as they are.

As CroSysLog compares it: at event level (the dense layers read each event's state, not the run's last), all labelled
events of the support instead of 200 anomalous windows; one source, the experiment's number `source`, and one random
support of the target for all episodes (`one_support`), or each episode's own. The authors' code sweeps the threshold on
the test set, keeps the newest checkpoint by training loss and freezes layers by numbers that do not fit its network;
here the last epoch is kept and layers are frozen by name. Runs do not overlap (step 4 in the paper): each event is
scored once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.networks import initialise, to_state
from crosslog.detection.learning.recurrent import Recurrent, Sizes
from crosslog.detection.learning.sequences import Sequences, one_source, scored, sequences
from crosslog.detection.learning.training import Plan, anomaly_probability, event_loss, loaded, trained


@dataclass(frozen=True)
class LogTransfer:
    """A frozen classifier from one source, a fine-tuned LSTM for the target."""

    source: int  # which of the experiment's sources
    one_support: bool  # the target is one random support, the same for all episodes
    window: int
    hidden_size: int
    layers: int
    dense_size: int
    dropout: float
    epochs: int
    adapt_epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Train everything on the one source."""
        windows = one_source(sources, self.source)
        model = self._model(windows[0].table.shape[1])
        initialise(model, self.seed)
        return self._trained(model, windows, self.epochs)

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Fine-tune the LSTM under the shared dense layers."""
        model = self._loaded()
        for shared in (model.dense, model.out):
            shared.requires_grad_(False)
        return self._trained(model, [support], self.adapt_epochs)

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) softmax probabilities of an anomaly."""
        model = self._loaded()
        return scored(windows, self.window, lambda inputs: anomaly_probability(model(inputs)))

    def _trained(self, model: _Network, windows: list[Windows], epochs: int) -> Self:
        inputs = sequences(windows, self.window)
        plan = Plan(epochs, self.batch_size, self.learning_rate, weight_decay=0.0, seed=self.seed)

        def loss(chosen: Tensor) -> Tensor:
            runs = inputs.rows(chosen)
            return event_loss(model(runs), runs)

        return replace(self, state=to_state(dict(trained(model, loss, len(inputs), plan).named_parameters())))

    def _loaded(self) -> _Network:
        return loaded(self._model(self.state["lstm.input.weight"].shape[1]), self.state)

    def _model(self, dim: int) -> _Network:
        return _Network(dim, Sizes(self.hidden_size, self.layers, self.dropout), self.dense_size)


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes, dense: int) -> None:
        super().__init__()
        self.lstm = Recurrent(dim, sizes, nn.LSTM, both_ways=False)
        self.dense = nn.Linear(sizes.hidden, dense)
        self.out = nn.Linear(dense, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits."""
        states = self.lstm(inputs.table, inputs.ids)
        return self.out(self.dense(states).relu())  # type: ignore[no-any-return]
