"""CNN (Lu et al. 2018): convolutions of three widths side by side over a window's events, the strongest answer of each.

Section III: templates are embedded; filters that see 3, 4 and 5 events in a row run over the window, each followed by a
leaky ReLU and the maximum over all places; dropout and a linear layer classify what they found. No code of the authors
exists. LogTransfer (Chen et al. 2020) compares it trained on all labels of the target's training part; here on the
support's. Embeddings are the experiment's vectors under a linear map that learns (theirs: a table that learns), looked
up per event. Behind a window's last event filters see zeros, and none begins there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.run_classifier import RunClassifier
from crosslog.detection.learning.runs import count_runs
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Rate, Share

WIDTHS = 3, 4, 5  # events that a filter sees: Lu et al.


@dataclass(frozen=True)
class Cnn(RunClassifier[nn.Module]):
    """Short patterns of events, wherever in the window they stand; sources teach this method nothing."""

    small: ClassVar[Mapping[str, Any]] = {
        "window": 10,
        "embedding_size": 8,
        "filters": 8,
        "dropout": 0.1,
        "epochs": 15,
        "batch_size": 20,
        "learning_rate": 0.01,
    }

    window: Count  # events; longer sessions are cut into runs of so many
    embedding_size: Count
    filters: Count  # of each width
    dropout: Share
    epochs: Count
    batch_size: Count  # distinct runs
    learning_rate: Rate
    seed: int

    def build_network(self, dim: int) -> nn.Module:
        """A linear map, filters of three widths, and a head."""
        return _Network(dim, self.embedding_size, self.filters, self.dropout)

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Train on the support."""
        runs = count_runs([support], self.window)
        shares = np.stack([runs.normal, runs.anomalous], axis=1).astype(float)
        return self.train_on_runs(support, runs.ids, shares, self.load_network(vector_size(support)), self.epochs)


class _Network(nn.Module):
    def __init__(self, dim: int, size: int, filters: int, dropout: float) -> None:
        super().__init__()
        self.input = nn.Linear(dim, size)
        self.filters = nn.ModuleList(nn.Conv1d(size, filters, width) for width in WIDTHS)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(filters * len(WIDTHS), 2)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, 2) logits."""
        events = functional.embedding(inputs.ids, self.input(inputs.table)) * inputs.real[..., None]
        padded = [functional.pad(events.transpose(1, 2), (0, width - 1)) for width in WIDTHS]
        answers = [functional.leaky_relu(each(given)) for each, given in zip(self.filters, padded, strict=True)]
        nowhere = ~inputs.real[:, None]
        strongest = [each.masked_fill(nowhere, torch.finfo(each.dtype).min).amax(dim=2) for each in answers]
        return self.head(self.dropout(torch.cat(strongest, dim=1)))  # type: ignore[no-any-return]
