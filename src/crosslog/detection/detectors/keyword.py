"""Failure words in the masked message: what a person would grep for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Windows
from crosslog.detection.hints.words import ANY_WORD
from crosslog.detection.learning.counts import score_messages


@dataclass(frozen=True)
class Keyword(Detector):
    """Scores 1 where a message has one of 24 words, else 0."""

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) of 0 and 1."""
        return score_messages(windows, lambda texts: np.array([ANY_WORD.search(text) is not None for text in texts]))
