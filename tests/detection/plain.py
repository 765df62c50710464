"""Six texts in the plane and spans of them: what the plain detectors are asked about."""

from __future__ import annotations

import numpy as np

from crosslog.detection.windows import Windows

TABLE = np.array([[1, 0], [0, 1], [-1, 0], [0.8, 0.6], [0.6, 0.8], [-0.6, -0.8]], dtype=np.float32)


def windows(ids: list[int], anomalous: list[int]) -> Windows:
    """One window; -1 pads."""
    array = np.array([ids], dtype=np.int32)
    return Windows(
        ids=array,
        table=TABLE,
        texts=[f"text {i}" for i in range(6)],
        messages=array,
        message_texts=[f"text {i}" for i in range(6)],
        severities=np.zeros(6, dtype=np.int8),
        labels=np.array([anomalous], dtype=np.bool_),
        lines=np.arange(1, len(ids) + 1, dtype=np.int64)[None],
        system="plain",
    )


QUERY = windows([0, 1, 2, 3, 4, 5, -1], [0] * 7).withheld()
