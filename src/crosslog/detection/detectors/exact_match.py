"""Exact match on the support: a message is as anomalous as the support's events with that very message were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.counts import message_counts


@dataclass(frozen=True)
class ExactMatch:
    """Remembers the share of anomalous events per message; a message it has not seen scores 0."""

    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn: another system's messages are other messages."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Remember; `state` is the (messages,) share."""
        counts = message_counts([support])
        shares = np.zeros(len(support.events.texts.messages), dtype=np.float32)
        shares[counts.ids] = counts.share
        return replace(self, state={"shares": shares})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) shares."""
        shares: NDArray[np.float32] = self.state["shares"]
        return shares[windows.events.messages[windows.slots]]
