"""RTF (Ott et al. 2021) as CroSysLog compares it: an event takes the label of the support's most similar event.

Section V-B of CroSysLog: for each event of the query the closest labelled event of the support is searched; similarity
is the cosine of the experiment's vectors. (Ott et al.'s own transfer maps a new template to its nearest known one.)

With q the share of anomalous events of the nearest text and c its cosine, score = 1/2 + (q - 1/2) * max(c, 0): at .5
that is the label of the nearest neighbour, and the nearer it is, the surer the score. `nearest_neighbour` weighs the
nearest text of each class instead. Equally near texts (to 6 decimals) are taken together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import count_texts, score_texts
from crosslog.detection.learning.vectors import compare_vectors
from crosslog.vectors import normalise_vectors


@dataclass(frozen=True)
class Rtf(Detector):
    """One nearest neighbour among the labelled events of the target."""

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Keep the support's distinct texts: unit vectors (distinct, dim), normal and anomalous events of each."""
        counts = count_texts([support])
        vectors = normalise_vectors(counts.vectors)
        return replace(self, state={"vectors": vectors, "normal": counts.normal, "anomalous": counts.anomalous})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]."""
        return score_texts(windows, self._label_of_the_nearest)

    def _label_of_the_nearest(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        near = compare_vectors(vectors, self.state["vectors"])
        nearest = near.max(axis=1)
        chosen = near == nearest[:, None]
        anomalous, normal = chosen @ self.state["anomalous"], chosen @ self.state["normal"]
        scores: NDArray[np.float64] = 0.5 + (anomalous / (anomalous + normal) - 0.5) * np.clip(nearest, 0, 1)
        return scores
