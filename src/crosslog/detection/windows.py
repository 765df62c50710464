"""Windows: runs of consecutive events of one system, as ids into a table of vectors that is never copied per event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

PAD = -1
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Windows:
    """Runs of events of one system. Vectors are looked up, never copied per event.

    Attributes
    ----------
    ids : (n, length) int32, rows of `table`; -1 pads
    table : (units, dim) float32, one row per distinct text, shared by all windows of an experiment
    texts : (units,) the text behind each row, for detectors that read words
    messages : (n, length) int32, rows of `message_texts`; -1 pads
    message_texts : (messages,) the masked message, whatever the representation
    severities : (messages,) int8, 0 debug … 7 emergency, -1 unknown
    labels : (n, length) bool; False where padded or withheld
    lines : (n, length) int64, raw line numbers; -1 pads
    system : name in systems.yaml
    labelled : whether `labels` are the truth; False once they are withheld
    """

    ids: NDArray[np.int32]
    table: NDArray[np.float32]
    texts: Sequence[str]
    messages: NDArray[np.int32]
    message_texts: Sequence[str]
    severities: NDArray[np.int8]
    labels: NDArray[np.bool_]
    lines: NDArray[np.int64]
    system: str
    labelled: bool = True

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def real(self) -> NDArray[np.bool_]:
        """(n, length) True where there is an event and not padding."""
        return np.not_equal(self.ids, PAD)

    def withheld(self) -> Windows:
        """The same windows without their labels: what a detector is given to score."""
        return replace(self, labels=np.zeros_like(self.labels), labelled=False)


class Episode(NamedTuple):
    """A few-shot problem: a support and a query span of one system."""

    support: Windows
    query: Windows


def fold(values: NDArray[Scalar], length: int, pad: object) -> NDArray[Scalar]:
    """Cut (events,) into non-overlapping windows (ceil(events / length), length), the last one padded with `pad`."""
    count = -(-len(values) // length)
    folded = np.full(count * length, pad, dtype=values.dtype)
    folded[: len(values)] = values
    return folded.reshape(count, length)
