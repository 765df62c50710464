"""DeepLog (Du et al. 2017): an LSTM over template numbers says which template comes next; the unexpected is odd.

Section 3.1: after the last h templates of a run, each a one-hot vector, stacked LSTM layers and a softmax give every
template a probability; an event is normal if its template is among the g likeliest. It is trained on normal runs
alone, and a template that they do not hold is anomalous. Learning from a user's feedback (3.3) and the parameter
values of 3.2 are left out: what is compared is the order of templates.

Sui et al. 2024 (LogSynergy, IV-A): two layers of 128, g = 9, all normal windows of the target's training part. Here the
history is the run so far, so that a window of ten is nine questions. A well-known re-implementation feeds the
template's number itself to the LSTM, as if template 9 were more than template 3, and tests on the set of sessions,
each counted once. How ranks become scores: learning/next_template.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from crosslog.detection.events import Unit, Windows
from crosslog.detection.learning.next_template import NextTemplateDetector
from crosslog.detection.learning.recurrent import OneHotRecurrent, Sizes
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.vocabulary import number_templates
from crosslog.ranges import Count, Rate, Share


@dataclass(frozen=True)
class DeepLog(NextTemplateDetector[nn.Module]):
    """The order of the target's normal templates."""

    units: ClassVar[frozenset[Unit]] = frozenset({"window", "session"})
    small: ClassVar[Mapping[str, Any]] = {
        "window": 10,
        "hidden_size": 16,
        "layers": 1,
        "dropout": 0.0,
        "top": 3,
        "epochs": 20,
        "batch_size": 20,
        "learning_rate": 0.02,
    }

    window: Count  # events; longer sessions are cut into runs of so many
    hidden_size: Count
    layers: Count
    dropout: Share
    top: Count  # g
    epochs: Count
    batch_size: Count  # distinct runs
    learning_rate: Rate
    seed: int

    def build_network(self, dim: int) -> nn.Module:
        """LSTM layers over one-hot vectors, and a logit per known template."""
        return _Network(self.known, Sizes(self.hidden_size, self.layers, self.dropout))

    def number(self, windows: Windows) -> NDArray[np.int32]:
        """(events,) places among the known templates; `known` for a new one."""
        return number_templates(windows, self.state["keys"])


class _Network(nn.Module):
    def __init__(self, known: int, sizes: Sizes) -> None:
        super().__init__()
        self.lstm = OneHotRecurrent(known, sizes, nn.LSTM)
        self.out = nn.Linear(sizes.hidden, known)

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, length - 1, known) logits of each template but the first, from those before it."""
        return self.out(self.lstm(inputs)[:, :-1])  # type: ignore[no-any-return]
