"""What labels say per distinct text or message, so that no method works line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import Windows
from crosslog.detection.learning.vectors import text_vectors

LookUp = Callable[[Windows, NDArray[np.integer]], NDArray[np.float32]]
"""`text_vectors` or, for a network, `network_inputs`."""


class LabelCounts(NamedTuple):
    """Labelled events per distinct text, in the order of their ids.

    Attributes
    ----------
    vectors : (distinct, dim) float32
    normal, anomalous : (distinct,) int64, events with that label
    """

    vectors: NDArray[np.float32]
    normal: NDArray[np.int64]
    anomalous: NDArray[np.int64]

    @property
    def share(self) -> NDArray[np.float64]:
        """Share of each text's events that were anomalous."""
        return self.anomalous / (self.normal + self.anomalous)


def count_texts(several: Sequence[Windows], look_up: LookUp = text_vectors) -> LabelCounts:
    """Labelled events per distinct text of windows that share a table.

    Raises
    ------
    ValueError
        If the labels of a window are withheld.
    """
    ids, normal, anomalous = _count_labels(several, [windows.events.units[windows.slots] for windows in several])
    return LabelCounts(look_up(several[0], ids), normal, anomalous)


def count_messages(windows: Windows) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """The keys of the messages that occur, in order, and the share of each one's events that was anomalous.

    Raises
    ------
    ValueError
        If the labels are withheld.
    """
    return _share_by_key(windows, windows.events.messages, windows.events.texts.messages)


def count_templates(windows: Windows) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """The same of the templates."""
    return _share_by_key(windows, windows.events.templates, windows.events.texts.templates)


def require_labels(several: Sequence[Windows]) -> None:
    """Raise a ValueError if the labels of a window are withheld."""
    if not all(windows.labelled for windows in several):
        raise ValueError("labels of these windows are withheld: there is nothing to learn from")


def hash_texts(texts: Sequence[str]) -> NDArray[np.uint64]:
    """(n,) 64 bits of each text's hash: the same in every process and bundle, which a message's number is not."""
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def look_up_keys(
    asked: NDArray[np.uint64], known: NDArray[np.uint64], values: NDArray[np.floating], absent: float
) -> NDArray[np.float32]:
    """(n,) the values of those asked for, in the order of the (m,) known keys; `absent` where one is not known."""
    if not len(known):
        return np.full(len(asked), absent, dtype=np.float32)
    places = np.searchsorted(known, asked).clip(max=len(known) - 1)
    return np.where(known[places] == asked, values[places], absent).astype(np.float32)


def score_texts(
    windows: Windows,
    score: Callable[[NDArray[np.float32]], NDArray[np.floating]],
    look_up: LookUp = text_vectors,
) -> NDArray[np.float32]:
    """(slots,) scores from a function of (texts, dim) vectors that is called once, with distinct texts."""
    ids, inverse = np.unique(windows.events.units[windows.slots], return_inverse=True)
    return np.asarray(score(look_up(windows, ids))[inverse], dtype=np.float32)


def score_messages(windows: Windows, score: Callable[[list[str]], NDArray[np.generic]]) -> NDArray[np.float32]:
    """(slots,) scores from a function of masked messages that is called once, with distinct ones."""
    ids, inverse = np.unique(windows.events.messages[windows.slots], return_inverse=True)
    return score([windows.events.texts.messages[i] for i in ids]).astype(np.float32)[inverse]


def event_severities(windows: Windows) -> NDArray[np.int8]:
    """(slots,) severities, 0 debug … 7 emergency, -1 unknown."""
    severities: NDArray[np.int8] = windows.events.texts.severities[windows.events.messages[windows.slots]]
    return severities


def _share_by_key(
    windows: Windows, numbers: NDArray[np.int32], names: Sequence[str]
) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    ids, normal, anomalous = _count_labels([windows], [numbers[windows.slots]])
    keys, share = hash_texts([names[i] for i in ids]), anomalous / (normal + anomalous)
    order = np.argsort(keys)
    return keys[order], share[order]


def _count_labels(
    several: Sequence[Windows], ids: list[NDArray[np.int32]]
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
    """Distinct ids in order, and normal and anomalous events of each."""
    require_labels(several)
    labels = np.concatenate([windows.events.labels[windows.slots] for windows in several])
    distinct, inverse = np.unique(np.concatenate(ids).astype(np.int64), return_inverse=True)
    normal, anomalous = (np.bincount(inverse[chosen], minlength=len(distinct)) for chosen in (~labels, labels))
    return distinct, normal, anomalous
