"""What methods share that see of a window or session only how often each template occurs in it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crosslog.detection.detector import Detector, State
from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.count_vectors import count_windows
from crosslog.detection.learning.counts import require_labels
from crosslog.detection.learning.vocabulary import learn_templates, number_templates

WINDOWS_AT_A_TIME = 1 << 16  # in scoring; bounds memory


class CountDetector(Detector):
    """A method over count vectors; it learns from the target's support alone, whose templates it knows by their text.

    The last column counts events of templates that the support does not hold. A well-known toolkit drops them.
    """

    units: ClassVar[frozenset[Unit]] = frozenset({"window", "session"})

    @abstractmethod
    def learn(self, counts: csr_array, anomalous: NDArray[np.bool_]) -> State:
        """What (n, known + 1) counts of the support teach; `anomalous` (n,) is for those that read labels."""

    @abstractmethod
    def judge(self, counts: csr_array) -> NDArray[np.floating]:
        """(n,) scores of (n, known + 1) counts."""

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Count the support's templates (`keys`) and learn from it.

        Raises
        ------
        ValueError
            If its labels are withheld.
        """
        require_labels([support])
        whole = replace(support, unit="window")
        counter = replace(self, state={"keys": learn_templates(whole, np.ones(len(whole), dtype=np.bool_))})
        return replace(counter, state={**counter.state, **counter.learn(counter.count(whole), whole.truth)})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) scores."""
        parts = [windows.take(slice(i, i + WINDOWS_AT_A_TIME)) for i in range(0, len(windows), WINDOWS_AT_A_TIME)]
        scores = [np.zeros(0), *(self.judge(self.count(part)) for part in parts)]
        return np.concatenate(scores).astype(np.float32)

    def count(self, windows: Windows) -> csr_array:
        """(n, known + 1) how often each template occurs in each window."""
        keys = self.state["keys"]
        return count_windows(windows, number_templates(windows, keys), len(keys) + 1)


def learn_rarity(counts: csr_array) -> NDArray[np.float64]:
    """(columns,) inverse document frequency, log(n / windows that have it), as for one window where none has."""
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity: NDArray[np.float64] = np.log(counts.shape[0] / np.maximum(having, 1))
    return rarity


def weigh(counts: csr_array, rarity: NDArray[np.float64]) -> csr_array:
    """Counts times the rarity of their template."""
    return counts.multiply(rarity).tocsr()
