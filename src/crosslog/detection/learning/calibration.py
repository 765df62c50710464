"""Chances made to agree with labels: Platt's sigmoid (1999), slope and intercept of the log-odds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.vectors import TINY

NEWTON_STEPS = 50  # of Newton's method; it ends long before
SHORTEST_STEP = 1e-9
LONGEST_STEP = 1.0  # from far away, a full step of Newton's overshoots
LEAST_CURVATURE = 1e-6  # keeps a step finite where the classes lie far apart


class Sigmoid(NamedTuple):
    """chance -> 1 / (1 + exp(-(slope * log-odds + intercept)))."""

    slope: float
    intercept: float

    def apply(self, chances: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) calibrated chances; the order is kept."""
        return np.asarray(_squash(self.slope * _log_odds(chances) + self.intercept))


UNCHANGED = Sigmoid(1.0, 0.0)


def fit_sigmoid(chances: NDArray[np.float64], shares: NDArray[np.float64]) -> Sigmoid:
    """The sigmoid that makes chances agree best with (n,) shares of anomalous labels.

    Labels are drawn in as Platt does: of a anomalous and b normal ones, to (a + 1) / (a + 2) and 1 / (b + 2). Nothing
    is changed where a class is missing, or where the order would be turned round.
    """
    anomalous, normal = shares.sum(), (1 - shares).sum()
    if anomalous == 0 or normal == 0:
        return UNCHANGED
    high, low = (anomalous + 1) / (anomalous + 2), 1 / (normal + 2)
    targets = low + shares * (high - low)
    log_odds = _log_odds(chances)
    centre, spread = log_odds.mean(), max(log_odds.std(), TINY)
    slope, intercept = _solve((log_odds - centre) / spread, targets)
    found = Sigmoid(float(slope / spread), float(intercept - slope / spread * centre))
    return found if found.slope > 0 and np.isfinite(found).all() else UNCHANGED


def _solve(inputs: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope and intercept by Newton's method, of inputs that are centred and scaled."""
    columns, found = np.stack([inputs, np.ones(len(inputs))], axis=1), np.zeros(2)
    for _ in range(NEWTON_STEPS):
        told = _squash(columns @ found)
        curvature = (columns * (told * (1 - told))[:, None]).T @ columns + LEAST_CURVATURE * np.eye(2)
        step = np.clip(np.linalg.solve(curvature, columns.T @ (targets - told)), -LONGEST_STEP, LONGEST_STEP)
        found = found + step
        if np.abs(step).max() < SHORTEST_STEP:
            break
    return found


def _log_odds(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(chances) - np.log1p(-chances))


def _squash(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
