"""Whole sessions: those that end first to learn from, those that begin after them to be asked about.

Sessions interleave in a log. Honest: a session that is open when the last of the support ends belongs to nobody, and a
source's two roles come from its two halves. Published: sessions are drawn whatever their time, as the codes read do for
HDFS and as LogTransfer (Chen et al. 2020), which says nothing of time, has no reason not to.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from crosslog.detection.split import Bounds, Log, Part, Split, SplitError, draw_published, name_parts, split_by_halves
from crosslog.settings import Protocol


class Sessions(Split):
    """Learn from the sessions that ended first."""

    name: Literal["sessions"]
    support: int = Field(gt=0)  # sessions (or windows within them, where the cut has a length) of the target
    source: int = Field(gt=1)  # random sessions of each source, half of them for each role

    @property
    def support_units(self) -> int:
        """Sessions of a support."""
        return self.support

    def split_source(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """Random sessions."""
        if protocol == "published":
            return draw_published(log, self.source // 2, 1.0, rng)
        return split_by_halves(log, self.source // 2, rng)

    def split_target(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """One episode."""
        if log.sessions is None:
            raise SplitError(f"{log.system}: the split `sessions` needs `cut: {{by: session}}`")
        bounds = log.windows()
        parts = _drawn(bounds, self.support, rng) if protocol == "published" else _by_time(log, bounds, self.support)
        if not all(map(len, parts)):
            raise SplitError(
                f"{log.system}: no session begins after {self.support} of {len(bounds)} ended: make `support` smaller"
            )
        return name_parts(parts)


def _by_time(log: Log, bounds: Bounds, wanted: int) -> tuple[Bounds, Bounds]:
    """Windows of sessions that are over before the query begins, and of those that begin then."""
    begin, end = _session_lines(log, bounds)
    if len(bounds) <= wanted:
        return bounds, bounds[:0]
    last = np.sort(end)[wanted - 1]
    return bounds[end <= last], bounds[begin > last]


def _session_lines(log: Log, bounds: Bounds) -> tuple[Bounds, Bounds]:
    """First and last line of the session that each window is of."""
    assert log.sessions is not None
    edges = np.flatnonzero(np.diff(log.sessions, prepend=-2))
    session = np.searchsorted(edges, bounds[:, 0], side="right") - 1
    return np.minimum.reduceat(log.lines, edges)[session], np.maximum.reduceat(log.lines, edges)[session]


def _drawn(bounds: Bounds, wanted: int, rng: np.random.Generator) -> tuple[Bounds, Bounds]:
    order = rng.permutation(len(bounds))
    return bounds[np.sort(order[:wanted])], bounds[np.sort(order[wanted:])]
