"""The log's own severity as a score: how far the programmer's judgement goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Windows
from crosslog.detection.learning.counts import event_severities

WORST = 7  # emergency


@dataclass(frozen=True)
class LogLevel(Detector):
    """Scores severity / 7; an unknown severity scores 0, so a log without levels gets no alarm."""

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]."""
        return np.maximum(event_severities(windows), 0).astype(np.float32) / np.float32(WORST)
