"""Writes lines: picks concept, wording, node and moment of each, and puts the CFDR's columns together."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.logs.simulate.draws import Draws
from crosslog.logs.simulate.messages import Messages
from crosslog.logs.simulate.mixture import NORMAL, REGIME, activity
from crosslog.logs.simulate.process import plan
from crosslog.logs.simulate.slots import COMMON_SLOTS, NOTHING, PEER, SERVICES, pool
from crosslog.logs.simulate.stamps import Stamps
from crosslog.logs.simulate.vocabulary import Dialect, wordings

COMPANION_SHARE = 0.1  # lines of a burst that belong to the alert that comes with it
CLUSTER = 6  # neighbouring normal lines, half of which say the same
LOCAL_SHARE = 0.5  # bursts that stay on one node

Numbers = NDArray[np.int64]


class Writer:
    """A planned log, any lines of which can be written in any order."""

    def __init__(self, dialect: Dialect, lines: int, draws: Draws) -> None:
        self.lines, self.draws = lines, draws
        self.runs = plan(dialect, lines, draws)
        self.activity = activity(dialect, draws)
        nodes = {NOTHING: ("",), PEER: dialect.nodes.compute, SERVICES: dialect.nodes.service}
        self.pool = pool({**nodes, **COMMON_SLOTS, **dialect.slots}, draws)
        self.messages = Messages(wordings(dialect, draws), self.pool, draws)
        self.stamps = Stamps(dialect, self.pool)
        self.labels = pl.Series(["-", *(alert.label for alert in dialect.alerts.values())])

    def write(self, first: int, last: int) -> bytes:
        """Lines `first` (from 0) to `last` (exclusive), each ended by a line feed."""
        numbers = np.arange(first, last, dtype=np.int64)
        run = np.searchsorted(self.runs.first, numbers, side="right") - 1
        alert = self._alerts(numbers, run)
        wording = np.concatenate(
            [self._wordings(regime, numbers[rows], alert[rows]) for regime, rows in _regimes(numbers)]
        )
        nodes = self._nodes(numbers, run, self.messages.of_service[wording])
        stamps = self.stamps.columns(self._elapsed(numbers), nodes)
        return _joined([self.labels.gather(alert + 1), *stamps, *self.messages.columns(wording, numbers)])

    def _alerts(self, numbers: Numbers, run: Numbers) -> Numbers:
        first = numbers == self.runs.first[run]  # so that the shortest burst still shows its own alert
        companion = ~first & (self.draws.uniform("companion", numbers) < COMPANION_SHARE)
        return np.where(companion, self.runs.companion[run], self.runs.concept[run])

    def _wordings(self, regime: int, numbers: Numbers, alert: Numbers) -> Numbers:
        weights = self.activity.weights(regime, self.lines, self.draws)
        normal = self.activity.concepts[np.searchsorted(weights, self._chances(numbers), side="right")]
        concepts = np.where(alert == NORMAL, normal, alert)
        return self.messages.wordings(concepts, numbers, regime * REGIME / self.lines)

    def _chances(self, numbers: Numbers) -> NDArray[np.float64]:
        """A random fraction for each line, the same for half of the lines of a cluster."""
        clustered = self.draws.uniform("clustered", numbers) < 0.5
        return self.draws.uniform("activity", np.where(clustered, -1 - numbers // CLUSTER, numbers))

    def _nodes(self, numbers: Numbers, run: Numbers, of_service: NDArray[np.bool_]) -> Numbers:
        local = (self.runs.concept[run] != NORMAL) & (self.draws.uniform("local", run) < LOCAL_SHARE)
        compute, service = self.pool.rows(PEER), self.pool.rows(SERVICES)
        count = np.where(of_service, len(service), len(compute))
        position = self.draws.below("node", np.where(local, -1 - run, numbers), count)
        return position + np.where(of_service, service.start, compute.start)

    def _elapsed(self, numbers: Numbers) -> NDArray[np.float64]:
        """Seconds since the start of the log."""
        return np.interp(numbers + self.draws.uniform("moment", numbers), self.runs.first, self.runs.second)


def _regimes(numbers: Numbers) -> list[tuple[int, slice]]:
    """The regimes that consecutive lines lie in, and which of the lines each holds."""
    first, last = int(numbers[0]), int(numbers[-1]) + 1
    return [
        (regime, slice(max(regime * REGIME, first) - first, min((regime + 1) * REGIME, last) - first))
        for regime in range(first // REGIME, (last - 1) // REGIME + 1)
    ]


def _joined(columns: list[pl.Series]) -> bytes:
    frame = pl.DataFrame([column.alias(str(position)) for position, column in enumerate(columns)])
    buffer = BytesIO()
    frame.select(pl.concat_str(pl.all())).write_csv(buffer, include_header=False, quote_style="never")
    return buffer.getvalue()
