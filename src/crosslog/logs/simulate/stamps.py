"""The columns between label and component: epoch, date, node, time stamp and source, as the CFDR has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.logs.simulate.draws import Numbers
from crosslog.logs.simulate.process import SECONDS_PER_DAY
from crosslog.logs.simulate.slots import SERVICES, SlotPool
from crosslog.logs.simulate.vocabulary import Dialect


class Stamps:
    """Days, seconds and nodes of a system as text, looked up by number."""

    def __init__(self, dialect: Dialect, pool: SlotPool) -> None:
        start, days = dialect.statistics.start, range(dialect.statistics.days + 2)
        self.epoch = int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp())
        dates = [start + timedelta(days=day) for day in days]
        self.syslog = dialect.line == "syslog"
        self.dates = pl.Series([f"{date:%Y.%m.%d}" for date in dates])
        self.days = pl.Series([f"{date:%b} {date.day} " if self.syslog else f"{date:%Y-%m-%d}-" for date in dates])
        self.clock = pl.Series(_clock(":" if self.syslog else "."))
        self.thousandths = pl.Series([f"{number:03d}" for number in range(1000)])
        self.nodes, self.sources = pl.Series(pool.values), pl.Series(_sources(pool))

    def columns(self, elapsed: NDArray[np.float64], nodes: Numbers) -> list[pl.Series]:
        """Columns whose concatenation stands after the label; `elapsed` is in seconds, `nodes` are rows of the pool."""
        second = elapsed.astype(np.int64)
        day, space, name = second // SECONDS_PER_DAY, _text(" ", len(nodes)), self.nodes.gather(nodes)
        epoch = pl.Series(second + self.epoch).cast(pl.String)
        head = [space, epoch, space, self.dates.gather(day), space, name, space]
        stamp = [self.days.gather(day), self.clock.gather(second % SECONDS_PER_DAY)]
        if self.syslog:
            return [*head, *stamp, space, self.sources.gather(nodes), space]
        return [*head, *stamp, *self._fraction(elapsed - second), space, name, _text(" RAS ", len(nodes))]

    def _fraction(self, part: NDArray[np.float64]) -> list[pl.Series]:
        micros = (part * 1e6).astype(np.int64)
        return [_text(".", len(part)), *(self.thousandths.gather(digits) for digits in np.divmod(micros, 1000))]


def _clock(separator: str) -> list[str]:
    """Every second of a day."""
    numbers = [f"{number:02d}" for number in range(60)]
    return [separator.join((hour, minute, second)) for hour in numbers[:24] for minute in numbers for second in numbers]


def _sources(pool: SlotPool) -> list[str]:
    """A value of the pool as the source of a syslog line, taken for a node."""
    services = set(pool.rows(SERVICES))
    return [f"src@{value}" if row in services else f"{value}/{value}" for row, value in enumerate(pool.values)]


def _text(text: str, lines: int) -> pl.Series:
    return pl.repeat(text, lines, eager=True)
