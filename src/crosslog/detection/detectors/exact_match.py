"""Exact match on the support: a message is as anomalous as the support's events with that very message were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.learning.counts import message_counts
from crosslog.detection.windows import Episode, Windows


@dataclass(frozen=True)
class ExactMatch:
    """Remembers the share of anomalous events per message; a message it has not seen scores 0."""

    level: ClassVar[Literal["event", "window"]] = "event"
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn: another system's messages are other messages."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Remember; `state` is the (messages,) share."""
        counts = message_counts([support])
        shares = np.zeros(len(support.message_texts), dtype=np.float32)
        shares[counts.ids] = counts.share
        return replace(self, state={"shares": shares})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(n, length) shares."""
        shares: NDArray[np.float32] = self.state["shares"]
        return shares[windows.messages]
