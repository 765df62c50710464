"""Exact match on the support: a message is as anomalous as the support's events with that very message were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import count_messages, hash_texts, look_up_keys, score_messages


@dataclass(frozen=True)
class ExactMatch(Detector):
    """Remembers the share of anomalous events per message; a message it has not seen scores 0."""

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Remember; `state` holds the messages' keys (messages,), in order, and their `shares`."""
        keys, shares = count_messages(support)
        return replace(self, state={"keys": keys, "shares": shares.astype(np.float32)})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) shares."""
        return score_messages(windows, self._look_up)

    def _look_up(self, messages: list[str]) -> NDArray[np.float32]:
        return look_up_keys(hash_texts(messages), self.state["keys"], self.state["shares"], absent=0.0)
