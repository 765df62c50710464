"""Templates that a method has learnt, known by their text: a template's number is another in every bundle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import Windows
from crosslog.detection.learning.counts import hash_texts


def learn_templates(windows: Windows, chosen: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(known,) keys, in order, of the templates that occur in some of the windows."""
    taken = windows.take(np.flatnonzero(chosen))
    ids = np.unique(taken.events.templates[taken.slots])
    return np.unique(hash_texts([windows.events.texts.templates[i] for i in ids]))


def number_templates(windows: Windows, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
    """(events,) the place of each event's template among the (known,) keys; one past the last if it is new."""
    templates = windows.events.templates
    distinct, inverse = np.unique(templates, return_inverse=True)
    asked = hash_texts([windows.events.texts.templates[i] for i in distinct])
    places = np.searchsorted(keys, asked)
    found = np.append(keys, np.uint64(0))[places] == asked
    return np.where(found & (places < len(keys)), places, len(keys)).astype(np.int32)[inverse]
