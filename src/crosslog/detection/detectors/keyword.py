"""Failure words in the masked message: what a person would grep for.

The words are severity names of syslog (RFC 5424) and words of POSIX's descriptions of errors and signals, with their
usual forms. The list was frozen before any target was looked at; tuning it to a target would make it a trained method.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import State
from crosslog.detection.events import Episode, Unit, Windows

WORDS = (
    "error", "errors", "fail", "failed", "failure", "fatal", "panic", "critical", "emergency", "abort", "aborted",
    "crash", "crashed", "exception", "corrupt", "corrupted", "timeout", "unreachable", "refused", "denied", "dead",
    "killed", "lost", "invalid",
)  # fmt: skip
ANY_WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Keyword:
    """Scores 1 where a message has one of 24 words, else 0."""

    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    state: State = field(default_factory=dict)

    def fit(self, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:  # noqa: ARG002
        """Nothing to learn."""
        return self

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) of 0 and 1."""
        ids, inverse = np.unique(windows.events.messages[windows.slots], return_inverse=True)
        found = [ANY_WORD.search(windows.events.texts.messages[i]) is not None for i in ids]
        return np.array(found, dtype=np.float32)[inverse]
