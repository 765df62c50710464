"""The protocol that every file in detectors/ follows, and what it promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import Episode, Unit, Windows

State = Mapping[str, NDArray[Any]]
"""What a detector has learnt: names to arrays. Numeric after `fit`, so that it can be saved as safetensors."""


class Detector(Protocol):
    """A method that scores events, windows or sessions.

    A detector is a frozen dataclass whose fields are its block in params.yaml, with no defaults, and `state`, which is
    empty until `fit`. One that draws random numbers has a field `seed`, which the pipeline sets from the experiment.
    One that adapts by gradient steps has a method `adaptations`, which shows each (episodes/adapting.py); one that
    learns from source and target together may have a field `one_support`, to be adapted once for all episodes.

    It promises, and tests/detection/test_contract.py checks for every file: one finite score each; higher is more
    anomalous; `adapt` leaves the fitted detector alone; a score does not depend on the batch around it; a seed fixes
    the result; every trainable parameter changes in one training step; labels of what is scored are never read.
    """

    units: ClassVar[frozenset[Unit]]  # which it can score; events give windows and sessions by their highest
    state: State

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Learn from labelled episodes of the source systems; a new detector with its state."""
        ...

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Learn from the target's labelled support; a new detector, this one is left as it is."""
        ...

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """Score (size,) units: the events in the windows' slots, or the windows, as their `unit` says."""
        ...
