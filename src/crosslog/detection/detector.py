"""What every file in detectors/ is, and what it promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import Episode, Unit, Windows

State = Mapping[str, NDArray[Any]]
"""What a detector has learnt: names to arrays of numbers, so that safetensors can carry it to another process."""


@dataclass(frozen=True)
class Detector(ABC):
    """A method that scores events, windows or sessions; this one learns nothing.

    A detector is a frozen dataclass whose fields are its block in params.yaml, with no defaults, and `state`, which is
    empty until `fit`. One that draws random numbers has a field `seed`, which the pipeline sets from the experiment.
    One that adapts by gradient steps has a method `adaptations`, which shows each (episodes/adapting.py); one that
    learns from source and target together may have a field `one_support`, to be adapted once for all episodes.

    It promises, and tests/detection/test_contract.py checks for every file: one finite score each; higher is more
    anomalous; `adapt` leaves the fitted detector alone; a score does not depend on the batch around it; a seed fixes
    the result; a state restored in another process gives the same scores; every trainable parameter changes in one
    training step; labels of what is scored are never read.

    Attributes
    ----------
    units : what it can score; where that is events, a window or session is judged by the highest of them
    small : fields, all but `seed`, with which it learns the contract test's toy problem in a second
    state : what it has learnt from sources and, once adapted, from a support
    """

    units: ClassVar[frozenset[Unit]] = frozenset({"event"})
    small: ClassVar[Mapping[str, Any]] = {}
    state: State = field(default_factory=dict, kw_only=True)

    @property
    def trainable(self) -> tuple[str, ...]:
        """Names in `state` of what training changes step by step: the parameters of a network."""
        return ()

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Learn from labelled episodes of the source systems; a new detector with its state."""
        return self

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Learn from the target's labelled support; a new detector, this one is left as it is."""
        return self

    @abstractmethod
    def score(self, windows: Windows) -> NDArray[np.float32]:
        """Score (size,) units: the events in the windows' slots, or the windows, as their `unit` says."""
