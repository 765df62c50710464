"""What comes when: heavy-tailed mixtures of concepts, each in favour for a while and with a life of its own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.simulate.draws import Draws
from crosslog.logs.simulate.vocabulary import Dialect

NO_ALERT = -1
REGIME = 4096  # lines for which the mix of concepts stays the same
RANK_EXPONENT = 1.1  # Zipf's law: weight of a concept by its rank
ALERT_SPREAD = 2.0  # sigma of the lognormal by which a regime favours some alerts
ACTIVITY_SPREAD = 1.2  # the same for normal activity
RECURRENCE = 0.65  # bursts that repeat the alert of the burst before
MIXED_WEIGHT = 0.3  # how much of its rank's weight an alert that also occurs in normal operation has there


@dataclass(frozen=True)
class Lives:
    """The part of the log, in fractions of its length, in which each concept occurs; (concepts,) each."""

    since: NDArray[np.float64]
    until: NDArray[np.float64]

    def at(self, moment: float) -> NDArray[np.bool_]:
        """(concepts,) which ones occur at a fraction of the log."""
        return (self.since <= moment) & (moment < self.until)


def draw_lives(concepts: int, lasting: int, late: float, rng: np.random.Generator) -> Lives:
    """Life spans: the first `lasting` concepts stay throughout, a share `late` of the others appears on the way."""
    since = np.where(rng.random(concepts) < late, rng.uniform(0.03, 0.95, concepts), 0.0)
    until = np.where(rng.random(concepts) < 0.3, since + rng.uniform(0.15, 0.5, concepts), 2.0)
    since[:lasting], until[:lasting] = 0.0, 2.0
    return Lives(since, until)


def draw_burst_concepts(concepts: int, first: NDArray[np.int64], lines: int, draws: Draws) -> NDArray[np.int64]:
    """The alert of each burst: heavy-tailed, in favour for a while, alive; each occurs if there are bursts enough."""
    alive = draw_lives(concepts, lasting=1, late=0.7, rng=draws.generator("lives of alerts"))
    chosen = np.zeros(len(first), dtype=np.int64)
    regimes, starts = np.unique(first // REGIME, return_index=True)
    for regime, (start, end) in zip(regimes.tolist(), pairwise([*starts, len(first)]), strict=True):
        rng = draws.generator("alerts", regime)
        weights = _weights(concepts, ALERT_SPREAD, rng) * alive.at(regime * REGIME / lines)
        fresh = rng.choice(concepts, end - start, p=weights / weights.sum())
        chosen[start:end] = fresh[_origins(end - start, rng)]
    return _with_all(chosen, concepts, first / max(1, lines), alive)


def _origins(bursts: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """For each burst, the earlier burst whose alert it repeats, or itself."""
    itself = rng.random(bursts) >= RECURRENCE
    return np.maximum.accumulate(np.where(itself, np.arange(bursts), 0))


def _weights(concepts: int, spread: float, rng: np.random.Generator) -> NDArray[np.float64]:
    by_rank = np.power(np.arange(1, concepts + 1, dtype=np.float64), -RANK_EXPONENT)
    return by_rank * rng.lognormal(0, spread, concepts)


def _with_all(
    chosen: NDArray[np.int64], concepts: int, moments: NDArray[np.float64], alive: Lives
) -> NDArray[np.int64]:
    """The same choice, where a concept that was never chosen takes the place of a frequent one in its life."""
    chosen = chosen.copy()
    for concept in range(concepts):
        counts = np.bincount(chosen, minlength=concepts)
        spare = np.flatnonzero(counts[chosen] > 1)
        if counts[concept] == 0 and len(spare):
            fitness = counts[chosen[spare]] * (moments[spare] >= alive.since[concept]) + moments[spare]
            chosen[spare[np.argmax(fitness)]] = concept
    return chosen


@dataclass(frozen=True)
class Activity:
    """The normal concepts of a dialect, and the alerts whose words come in normal operation too."""

    concepts: NDArray[np.int64]
    scale: NDArray[np.float64]
    alive: Lives

    def weights(self, regime: int, lines: int, draws: Draws) -> NDArray[np.float64]:
        """(concepts,) cumulative weights in a regime, the last one 1."""
        weights = _weights(len(self.concepts), ACTIVITY_SPREAD, draws.generator("normal", regime)) * self.scale
        total: NDArray[np.float64] = np.cumsum(weights * self.alive.at(regime * REGIME / lines))
        total /= total[-1]
        return total


def plan_activity(dialect: Dialect, draws: Draws) -> Activity:
    """What goes on between alerts."""
    mixed = [index for index, alert in enumerate(dialect.alerts.values()) if alert.also_normal]
    concepts = np.array([*range(len(dialect.alerts), len(dialect.says)), *mixed])
    scale = np.ones(len(concepts))
    scale[len(dialect.normal) :] = MIXED_WEIGHT
    return Activity(concepts, scale, draw_lives(len(concepts), 12, 0.35, draws.generator("lives of activity")))
