"""What labels say per distinct text: normal and anomalous events of each, so that no method works line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import Windows


class Counts(NamedTuple):
    """Labelled events per distinct id.

    Attributes
    ----------
    ids : (distinct,) int64, in order
    normal, anomalous : (distinct,) int64, events with that label
    """

    ids: NDArray[np.int64]
    normal: NDArray[np.int64]
    anomalous: NDArray[np.int64]

    @property
    def share(self) -> NDArray[np.float64]:
        """Share of each id's events that were anomalous."""
        return self.anomalous / (self.normal + self.anomalous)


def unit_counts(several: Sequence[Windows]) -> Counts:
    """Counts per row of the table of vectors."""
    return _counts([windows.events.units[windows.slots] for windows in several], several)


def message_counts(several: Sequence[Windows]) -> Counts:
    """Counts per masked message."""
    return _counts([windows.events.messages[windows.slots] for windows in several], several)


def by_unit(windows: Windows, score: Callable[[NDArray[np.float32]], NDArray[np.floating]]) -> NDArray[np.float32]:
    """(slots,) scores from a function of (units, dim) vectors that is called once, with distinct texts."""
    ids, inverse = np.unique(windows.events.units[windows.slots], return_inverse=True)
    return np.asarray(score(windows.table[ids])[inverse], dtype=np.float32)


def _counts(ids: list[NDArray[np.int32]], several: Sequence[Windows]) -> Counts:
    if not all(windows.labelled for windows in several):
        raise ValueError("labels of these windows are withheld: there is nothing to learn from")
    labels = np.concatenate([windows.events.labels[windows.slots] for windows in several])
    distinct, inverse = np.unique(np.concatenate(ids).astype(np.int64), return_inverse=True)
    return Counts(
        ids=distinct,
        normal=np.bincount(inverse[~labels], minlength=len(distinct)),
        anomalous=np.bincount(inverse[labels], minlength=len(distinct)),
    )
