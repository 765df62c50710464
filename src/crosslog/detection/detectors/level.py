"""The log's own severity as a score: how far the programmer's judgement goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows

WORST = 7  # emergency


@dataclass(frozen=True)
class Level:
    """Scores severity / 7; an unknown severity scores 0, so a log without levels gets no alarm."""

    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn."""
        return self

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]."""
        scores = np.maximum(windows.events.texts.severities, 0).astype(np.float32) / np.float32(WORST)
        return scores[windows.events.messages[windows.slots]]
