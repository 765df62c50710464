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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.recurrent import Recurrent, Sizes
from crosslog.detection.learning.sequence_classifier import SequenceClassifier
from crosslog.detection.learning.sequences import Sequences, pick_source
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Number, Rate, Share


@dataclass(frozen=True)
class LogTransfer(SequenceClassifier["_Network"]):
    """A frozen classifier from one source, a fine-tuned LSTM for the target."""

    small: ClassVar[Mapping[str, Any]] = {
        "source": 0,
        "one_support": True,
        "window": 20,
        "hidden_size": 8,
        "layers": 1,
        "dense_size": 8,
        "dropout": 0.1,
        "epochs": 10,
        "adapt_epochs": 10,
        "batch_size": 42,
        "learning_rate": 0.01,
    }

    source: Number  # which of the experiment's sources
    one_support: bool  # the target is one random support, the same for all episodes
    window: Count
    hidden_size: Count
    layers: Count
    dense_size: Count
    dropout: Share
    epochs: Count
    adapt_epochs: Count
    batch_size: Count
    learning_rate: Rate
    seed: int

    def build_network(self, dim: int) -> _Network:
        """Recurrent layers under dense ones."""
        return _Network(dim, Sizes(self.hidden_size, self.layers, self.dropout), self.dense_size)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Train everything on the one source."""
        given = pick_source(sources, self.source)
        return self.train_on(given, self.draw_network(vector_size(given[0])), self.epochs)

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Fine-tune the LSTM under the shared dense layers."""
        network = self.load_network(vector_size(support))
        for shared in (network.dense, network.out):
            shared.requires_grad_(False)
        return self.train_on([support], network, self.adapt_epochs)


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes, dense: int) -> None:
        super().__init__()
        self.lstm = Recurrent(dim, sizes, nn.LSTM, both_ways=False)
        self.dense = nn.Linear(sizes.hidden, dense)
        self.out = nn.Linear(dense, 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length, 2) logits."""
        return self.out(self.dense(self.lstm(inputs)).relu())  # type: ignore[no-any-return]
