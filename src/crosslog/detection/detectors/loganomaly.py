"""LogAnomaly (Meng et al. 2019): what templates mean and how often each has occurred say which one comes next.

Section 3: two LSTMs run side by side, one over the templates' vectors (sequential patterns), one over count vectors (of
how often each template has occurred: quantitative patterns); their states together give every known template a
probability (the count vector that follows is the present one and a 1 at that template, so one softmax predicts both).
An event is normal if its template is among the k likeliest. A template that training did not hold is taken for the
known one whose vector is nearest (3.2, template approximation), so, unlike DeepLog, it is odd only in its place.

No code of the authors exists. A well-known re-implementation feeds template numbers instead of vectors, has the second
LSTM run over the templates of one count vector as if they followed one another, and knows no approximation, so what
is left is DeepLog with counts. Here vectors are the experiment's (the authors': template2vec, of synonyms and
antonyms), a template's being the mean of its texts'. Sizes as in Sui et al. 2024 (LogSynergy, IV-A): two layers of 128,
k = 9, all normal windows of the target's training part. How ranks become scores: learning/next_template.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crosslog.detection.detector import State
from crosslog.detection.events import Unit, Windows
from crosslog.detection.learning.next_template import NextTemplateDetector
from crosslog.detection.learning.recurrent import OneHotRecurrent, Recurrent, Sizes
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.vectors import compare_vectors, network_inputs, text_vectors
from crosslog.detection.learning.vocabulary import learn_templates, number_templates
from crosslog.ranges import Count, Rate, Share
from crosslog.vectors import normalise_vectors


@dataclass(frozen=True)
class LogAnomaly(NextTemplateDetector["_Network"]):
    """The order and the counts of the target's normal templates, known by their meaning."""

    units: ClassVar[frozenset[Unit]] = frozenset({"window", "session"})
    small: ClassVar[Mapping[str, Any]] = {
        "window": 10,
        "hidden_size": 16,
        "layers": 1,
        "dropout": 0.0,
        "top": 3,
        "epochs": 30,
        "batch_size": 20,
        "learning_rate": 0.02,
    }

    window: Count  # events; longer sessions are cut into runs of so many
    hidden_size: Count  # of each of the two
    layers: Count
    dropout: Share
    top: Count  # k
    epochs: Count
    batch_size: Count  # distinct runs
    learning_rate: Rate
    seed: int

    def build_network(self, dim: int) -> _Network:
        """Two LSTMs, and a logit per known template."""
        return _Network(dim, self.known, Sizes(self.hidden_size, self.layers, self.dropout))

    def describe(self, support: Windows, normal: NDArray[np.bool_]) -> State:
        """`vectors` (known, dim): the mean over the distinct texts of each normal template."""
        taken = support.take(np.flatnonzero(normal))
        keys = learn_templates(support, normal)
        numbers = number_templates(taken, keys)[taken.slots]
        number, unit = np.unique(np.stack([numbers, taken.events.units[taken.slots]]), axis=1)
        sums = np.zeros((len(keys), support.table.shape[1]), dtype=np.float32)
        np.add.at(sums, number, network_inputs(support, unit))
        return {"vectors": sums / np.bincount(number, minlength=len(keys))[:, None].astype(np.float32)}

    def number(self, windows: Windows) -> NDArray[np.int32]:
        """(events,) places among the known templates; for a new one, that of the nearest."""
        numbers = number_templates(windows, self.state["keys"])
        new = np.flatnonzero(numbers == len(self.state["keys"]))
        if not len(new) or not len(self.state["keys"]):
            return numbers
        texts, inverse = np.unique(windows.events.units[new], return_inverse=True)
        near = compare_vectors(text_vectors(windows, texts), normalise_vectors(self.state["vectors"]))
        numbers[new] = near.argmax(axis=1)[inverse]
        return numbers


class _Network(nn.Module):
    def __init__(self, dim: int, known: int, sizes: Sizes) -> None:
        super().__init__()
        self.meanings = Recurrent(dim, sizes, nn.LSTM, both_ways=False)
        self.counts = OneHotRecurrent(known, sizes, nn.LSTM, counted=True)
        self.out = nn.Linear(2 * sizes.hidden, known)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length - 1, known) logits of each template but the first, from those before it."""
        both = torch.cat([self.meanings(inputs), self.counts(inputs)], dim=2)
        return self.out(both[:, :-1])  # type: ignore[no-any-return]
