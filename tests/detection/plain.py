"""Six texts in the plane and spans of them: what the plain detectors are asked about."""

from __future__ import annotations

import numpy as np
from detection.made import make_texts, make_windows

from crosslog.detection.events import Windows

TABLE = np.array([[1, 0], [0, 1], [-1, 0], [0.8, 0.6], [0.6, 0.8], [-0.6, -0.8]], dtype=np.float32)


def windows(ids: list[int], anomalous: list[int]) -> Windows:
    """One window."""
    return make_windows([ids], [anomalous], make_texts(TABLE), "plain")


QUERY = windows([0, 1, 2, 3, 4, 5], [0] * 6).withhold()
