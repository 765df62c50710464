"""Principal components of count vectors (Xu et al. 2009): what a window has outside the space of usual counts is odd.

Section 4.2, with the sizes that a well-known toolkit gives it: counts are weighed by inverse document frequency, their
mean is taken off, and the leading components that carry `variance` of the variance span the normal space. A window's
squared prediction error (SPE) is the squared length of what lies outside. Its limit is the Q-statistic of Jackson and
Mudholkar (1979) for c_alpha, from the sums phi_i of the i-th powers of the other components' variances:

    limit = phi_1 (c_alpha sqrt(2 phi_2 h^2) / phi_1 + 1 + phi_2 h (h - 1) / phi_1^2)^(1 / h)
    with h = 1 - 2 phi_1 phi_3 / (3 phi_2^2).

Where that is no number, the limit is the largest error of the support. Score: SPE / (SPE + limit), .5 at the limit.
Labels are not read. A template that the support does not hold lies outside altogether.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crosslog.detection.detector import State
from crosslog.detection.learning.count_detector import CountDetector, learn_rarity, weigh
from crosslog.ranges import Rate, Share

LEAST_LIMIT = 1e-6  # an error below is rounding


@dataclass(frozen=True)
class Pca(CountDetector):
    """Usual proportions of templates."""

    small: ClassVar[Mapping[str, Any]] = {"variance": 0.95, "c_alpha": 3.2905}

    variance: Share
    c_alpha: Rate  # of a standard normal distribution

    def learn(self, counts: csr_array, anomalous: NDArray[np.bool_]) -> State:
        """`rarity`, `mean` (columns,), `components` (columns, kept) and `limit` (1,)."""
        rarity = learn_rarity(counts)
        weighed = weigh(counts, rarity)
        mean = np.asarray(weighed.mean(axis=0)).ravel()
        covariance = (weighed.T @ weighed).toarray() / counts.shape[0] - np.outer(mean, mean)
        variances, directions = np.linalg.eigh(covariance)
        variances, directions = np.maximum(variances[::-1], 0), directions[:, ::-1]
        kept = count_components(variances, self.variance)
        space = {"rarity": rarity, "mean": mean, "components": np.ascontiguousarray(directions[:, :kept])}
        limit = find_limit(variances[kept:], self.c_alpha)
        if not np.isfinite(limit):
            limit = float(measure_errors(counts, space).max(initial=0))
        return {**space, "limit": np.array([max(limit, LEAST_LIMIT)])}

    def judge(self, counts: csr_array) -> NDArray[np.floating]:
        """(n,) in [0, 1)."""
        errors = measure_errors(counts, self.state)
        return errors / (errors + self.state["limit"])


def count_components(variances: NDArray[np.float64], share: float) -> int:
    """How many of the leading components carry that share of the variance; none where nothing varies."""
    carried = np.cumsum(variances)
    return int(np.searchsorted(carried, share * carried[-1])) + 1 if carried[-1] > LEAST_LIMIT else 0


def find_limit(variances: NDArray[np.float64], c_alpha: float) -> float:
    """The Q-statistic of the components that are left over; 0 where none varies, not a number where it has none."""
    first, second, third = (float((variances**power).sum()) for power in (1, 2, 3))
    if first <= LEAST_LIMIT:
        return 0.0
    h = 1 - 2 * first * third / (3 * second**2)
    base = c_alpha * np.sqrt(2 * second * h**2) / first + 1 + second * h * (h - 1) / first**2
    return float(first * base ** (1 / h)) if h != 0 and base > 0 else np.nan


def measure_errors(counts: csr_array, space: State) -> NDArray[np.float64]:
    """(n,) squared prediction errors, |y|^2 - |P'y|^2 of y, the weighed counts less their mean; y is never dense."""
    weighed, mean, components = weigh(counts, space["rarity"]), space["mean"], space["components"]
    lengths = weighed.multiply(weighed).sum(axis=1) - 2 * (weighed @ mean) + mean @ mean
    within = weighed @ components - mean @ components
    errors: NDArray[np.float64] = np.maximum(lengths - (within**2).sum(axis=1), 0)
    return np.where(errors < LEAST_LIMIT * (1 + lengths), 0.0, errors)
