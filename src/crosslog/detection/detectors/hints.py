"""What can be known without a label: rarity, novelty, bursts, severity and fault words, joined as in detection/hints.

The support is the log so far, its labels unread; what it has not is new. Meaning has no part in it, since here nothing
is known of other systems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Episode, Windows
from crosslog.detection.hints.joining import join_arrays
from crosslog.detection.learning.history import rate_messages, summarise_history


@dataclass(frozen=True)
class Hints(Detector):
    """Scores a message by the chance that one of the parts speaks of an anomaly."""

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Keep the support's history."""
        return replace(self, state=summarise_history(support))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]."""
        ids, inverse = np.unique(windows.events.messages[windows.slots], return_inverse=True)
        return join_arrays(rate_messages(windows, ids, self.state)).astype(np.float32)[inverse]
