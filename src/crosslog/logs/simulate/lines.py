"""Writes lines: picks concept, wording, node and moment of each, and puts the CFDR's columns together."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.logs.simulate.draws import Draws, Numbers
from crosslog.logs.simulate.mixture import NO_ALERT, REGIME, plan_activity
from crosslog.logs.simulate.process import plan_runs
from crosslog.logs.simulate.slots import COMMON_SLOTS, NO_SLOT, PEER, SERVICES, SLOT, SlotPool, fill_slots
from crosslog.logs.simulate.stamps import Stamps
from crosslog.logs.simulate.vocabulary import SERVICE, Dialect, Wording, date_wordings

COMPANION_SHARE = 0.1  # lines of a burst that belong to the alert that comes with it
CLUSTER = 6  # neighbouring normal lines, half of which say the same
LOCAL_SHARE = 0.5  # bursts that stay on one node


class Writer:
    """A planned log, any lines of which can be written in any order."""

    def __init__(self, dialect: Dialect, lines: int, draws: Draws) -> None:
        self.lines, self.draws = lines, draws
        self.runs = plan_runs(dialect, lines, draws)
        self.activity = plan_activity(dialect, draws)
        nodes = {NO_SLOT: ("",), PEER: dialect.nodes.compute, SERVICES: dialect.nodes.service}
        self.pool = fill_slots({**nodes, **COMMON_SLOTS, **dialect.slots}, draws)
        self.messages = _Wordings(date_wordings(dialect, draws), self.pool, draws)
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
        concepts = np.where(alert == NO_ALERT, normal, alert)
        return self.messages.wordings(concepts, numbers, regime * REGIME / self.lines)

    def _chances(self, numbers: Numbers) -> NDArray[np.float64]:
        """A random fraction for each line, the same for half of the lines of a cluster."""
        clustered = self.draws.uniform("clustered", numbers) < 0.5
        return self.draws.uniform("activity", np.where(clustered, -1 - numbers // CLUSTER, numbers))

    def _nodes(self, numbers: Numbers, run: Numbers, of_service: NDArray[np.bool_]) -> Numbers:
        local = (self.runs.concept[run] != NO_ALERT) & (self.draws.uniform("local", run) < LOCAL_SHARE)
        compute, service = self.pool.rows(PEER), self.pool.rows(SERVICES)
        count = np.where(of_service, len(service), len(compute))
        position = self.draws.below("node", np.where(local, -1 - run, numbers), count)
        return position + np.where(of_service, service.start, compute.start)

    def _elapsed(self, numbers: Numbers) -> NDArray[np.float64]:
        """Seconds since the start of the log."""
        return np.interp(numbers + self.draws.uniform("moment", numbers), self.runs.first, self.runs.second)


class _Wordings:
    """The wordings of a system as columns, so that lines are made by looking up and never one by one.

    Attributes
    ----------
    of_service : (wordings,) bool, whether a service node says it
    """

    def __init__(self, known: list[Wording], pool: SlotPool, draws: Draws) -> None:
        self.pool, self.draws, self.values = pool, draws, pl.Series(pool.values)
        self.concept = np.array([wording.concept for wording in known])
        self.since = np.array([wording.since for wording in known])
        self.until = np.array([wording.until for wording in known])
        self.of_service = np.array([wording.text.startswith(SERVICE) for wording in known])
        split = [SLOT.split(wording.text.removeprefix(SERVICE)) for wording in known]  # text, slot, text, …, text
        width = max(map(len, split))
        padded = [pieces + [NO_SLOT] * (width - len(pieces)) for pieces in split]
        self.pieces = [pl.Series([row[position] for row in padded]) for position in range(0, width, 2)]
        self.slots = np.array([[pool.names.index(slot) for slot in row[1::2]] for row in padded])

    def wordings(self, concepts: Numbers, numbers: Numbers, moment: float) -> Numbers:
        """(lines,) a wording for each line's concept, of those in use at a moment (a fraction of the log)."""
        in_use = np.flatnonzero((self.since <= moment) & (moment < self.until))
        ends = np.searchsorted(self.concept[in_use], np.arange(self.concept[-1] + 2))
        picked: Numbers = ends[concepts] + self.draws.below("wording", numbers, np.diff(ends)[concepts])
        return in_use[picked]

    def columns(self, wordings: Numbers, numbers: Numbers) -> list[pl.Series]:
        """Columns whose concatenation is component and message."""
        columns = [self.pieces[0].gather(wordings)]
        for position, pieces in enumerate(self.pieces[1:]):
            slot = self.slots[wordings, position]
            value = self.pool.first[slot] + self.draws.below(f"slot {position}", numbers, self.pool.size[slot])
            columns += [self.values.gather(value), pieces.gather(wordings)]
        return columns


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
