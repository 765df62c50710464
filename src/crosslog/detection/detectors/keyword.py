"""Failure words in the masked message: what a person would grep for.

The words are severity names of syslog (RFC 5424) and words of POSIX's descriptions of errors and signals, with their
usual forms. The list was frozen before any target was looked at; tuning it to a target would make it a trained method.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Windows
from crosslog.detection.learning.counts import score_messages

FAILURE_WORDS = (
    "error", "errors", "fail", "failed", "failure", "fatal", "panic", "critical", "emergency", "abort", "aborted",
    "crash", "crashed", "exception", "corrupt", "corrupted", "timeout", "unreachable", "refused", "denied", "dead",
    "killed", "lost", "invalid",
)  # fmt: skip
ANY_WORD = re.compile(rf"\b(?:{'|'.join(FAILURE_WORDS)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Keyword(Detector):
    """Scores 1 where a message has one of 24 words, else 0."""

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) of 0 and 1."""
        return score_messages(windows, lambda texts: np.array([ANY_WORD.search(text) is not None for text in texts]))
