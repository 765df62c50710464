"""When alerts come: calm stretches and storms, bursts of alerts in them, and the clock.

All is planned once for the whole log, in memory that grows with the number of bursts, not of lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.simulate.draws import Draws
from crosslog.logs.simulate.mixture import NO_ALERT, draw_burst_concepts
from crosslog.logs.simulate.vocabulary import Dialect, DialectStatistics

BURST_SPREAD = 1.2  # sigma of the lognormal of burst lengths: heavy-tailed
GAP_SPREAD = 0.7
BURST_HASTE = 0.02  # time that a line in a burst takes, against one outside
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class LineRuns:
    """Runs of lines, normal or a burst of alerts. `first` and `second` have one more entry: the end of the log.

    Attributes
    ----------
    first : (runs + 1,) int64, number of the run's first line, from 0
    concept : (runs,) int64, the burst's alert, or NORMAL
    companion : (runs,) int64, the alert that now and then comes with it, or NORMAL
    second : (runs + 1,) float64, seconds since the start of the log
    """

    first: NDArray[np.int64]
    concept: NDArray[np.int64]
    companion: NDArray[np.int64]
    second: NDArray[np.float64]


def plan_runs(dialect: Dialect, lines: int, draws: Draws) -> LineRuns:
    """The runs of a log of so many lines."""
    lengths, alerts = _runs(dialect.statistics, lines, draws.generator("runs"))
    first = np.concatenate([[0], np.cumsum(lengths)])
    concept = np.full(len(lengths), NO_ALERT)
    concept[alerts] = draw_burst_concepts(len(dialect.alerts), first[:-1][alerts], lines, draws)
    companion = np.full(len(lengths), NO_ALERT)
    companion[alerts] = draws.generator("companions").permutation(concept[alerts])
    return LineRuns(first, concept, companion, _clock(lengths, alerts, dialect.statistics, draws.generator("clock")))


def _runs(
    statistics: DialectStatistics, lines: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Lengths of runs, and which of them are bursts of alerts."""
    lengths: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    alerts: list[NDArray[np.bool_]] = [np.zeros(0, dtype=bool)]
    for length, anomalous in _stretches(statistics, lines, rng):
        bursts = max(1, min(anomalous // statistics.burst, length - anomalous))
        runs = np.zeros(2 * bursts + 1, dtype=np.int64)
        runs[1::2] = _parts(anomalous, rng.lognormal(0, BURST_SPREAD, bursts))
        runs[::2] = _parts(length - anomalous, rng.lognormal(0, GAP_SPREAD, bursts + 1))
        lengths.append(runs[runs > 0])
        alerts.append((np.arange(len(runs)) % 2 == 1)[runs > 0])
    return np.concatenate(lengths), np.concatenate(alerts)


def _stretches(statistics: DialectStatistics, lines: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """(lines, anomalous lines) of calm stretches and storms in turn."""
    pairs = max(1, lines // statistics.stretch, min(6, lines // 200))
    calm_lines = (statistics.storm - statistics.anomalous) / (statistics.storm - statistics.calm)
    weights = np.tile([calm_lines, 1 - calm_lines], pairs) * rng.uniform(0.6, 1.4, 2 * pairs)
    weights[::2] *= pairs * calm_lines / weights[::2].sum()
    weights[1::2] *= pairs * (1 - calm_lines) / weights[1::2].sum()
    lengths = _parts(lines, weights)
    shares = np.tile([statistics.calm, statistics.storm], pairs)
    shares[::2] *= rng.uniform(0.9, 1.1, pairs)
    anomalous = shares * lengths
    surplus = anomalous.sum() - statistics.anomalous * lines
    anomalous[::2] -= surplus * lengths[::2] / max(1, lengths[::2].sum())
    counts = np.clip(np.rint(anomalous), 0, lengths).astype(np.int64)
    return list(zip(lengths.tolist(), counts.tolist(), strict=True))


def _parts(total: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole parts of a total, nearly in proportion to weights."""
    ends = np.rint(np.cumsum(weights) / weights.sum() * total).astype(np.int64)
    parts: NDArray[np.int64] = np.diff(ends, prepend=0)
    return parts


def _clock(
    lengths: NDArray[np.int64], alerts: NDArray[np.bool_], statistics: DialectStatistics, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Seconds at the start of each run and at the end of the log."""
    spans = lengths * np.where(alerts, BURST_HASTE, 1.0) * rng.lognormal(0, 0.8, len(lengths))
    ends = np.cumsum(spans)
    return np.concatenate([[0.0], ends / (ends[-1] if len(ends) else 1.0) * statistics.days * SECONDS_PER_DAY])
