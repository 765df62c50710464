"""What every file in splits/ follows: how labelled events of a system become supports and queries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import cut_events
from crosslog.faults import UserError
from crosslog.settings import Cut, Frozen, Protocol

SUPPORT, QUERY = "support", "query"
Bounds = NDArray[np.int64]
"""(n, 2) first event of each window, and one past its last."""


class SplitError(UserError, ValueError):
    """A system cannot give what an experiment's split asks for; the message says which, and what would fit."""


@dataclass(frozen=True, eq=False)
class Log:
    """All labelled events of a system, in the order in which they are cut.

    Attributes
    ----------
    system : its name
    lines : (events,) int64; in order, but where sessions are brought together
    anomalous : (events,) bool
    sessions : (events,) int32 where the cut is by session, which then stand together, the first to begin first
    cut : how the experiment cuts
    """

    system: str
    lines: NDArray[np.int64]
    anomalous: NDArray[np.bool_]
    sessions: NDArray[np.int32] | None
    cut: Cut

    def __len__(self) -> int:
        return len(self.lines)

    def windows(self, first: int = 0, last: int | None = None) -> Bounds:
        """(n, 2) bounds of the windows over all events, or over those between two."""
        return cut_events(first, len(self) if last is None else last, self.cut, self.sessions)

    def flags(self, bounds: Bounds) -> NDArray[np.bool_]:
        """(n,) which windows hold an anomalous event."""
        before = np.concatenate([[0], np.cumsum(self.anomalous)])
        return np.asarray(before[bounds[:, 1]] > before[bounds[:, 0]])

    def line_range(self, bounds: Bounds) -> NDArray[np.int64]:
        """(n, 2) first and last line of each window."""
        if not len(bounds):
            return np.zeros((0, 2), dtype=np.int64)
        return np.stack([self.lines[bounds[:, 0]], self.lines[bounds[:, 1] - 1]], axis=1)


class Part(NamedTuple):
    """Windows that play one role in one episode; `bounds` (n, 2) into the log's events."""

    episode: int
    role: str
    bounds: Bounds


class Split(Frozen, ABC):
    """How an experiment divides its systems; a file's public class is one, its fields are the block in params.yaml.

    Each has an honest way, in which a support ends before its query begins and no event is in both, and a published
    way that repeats what a paper's code does otherwise. Draws are seeded by the experiment and the system's name, so
    that no other system has a say in them.
    """

    name: str  # of its file

    @property
    @abstractmethod
    def support_units(self) -> int:
        """How many units a target's support holds, about: what a search on sources gives the one left out."""

    @abstractmethod
    def split_source(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """The support and the query of a system that teaches, in one episode.

        Raises
        ------
        SplitError
            If the system cannot give them.
        """

    @abstractmethod
    def split_target(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """Support and query of each episode of a system that is to be watched.

        Raises
        ------
        SplitError
            If the system cannot give them.
        """


def draw_windows(bounds: Bounds, most: int, rng: np.random.Generator) -> Bounds:
    """At most that many of the windows, each as likely as any other, in their order."""
    if len(bounds) <= most:
        return bounds
    return bounds[np.sort(rng.choice(len(bounds), most, replace=False))]


def split_by_halves(log: Log, each: int, rng: np.random.Generator) -> list[Part]:
    """A source's random windows: those to learn from out of its first half, those to be asked about from its second.

    Windows over the middle belong to neither, so that a search that leaves this source out sees no event twice.

    Raises
    ------
    SplitError
        If a half has no window.
    """
    lines, bounds = log.lines, log.windows()
    middle = np.sort(lines)[len(lines) // 2] if len(lines) else 0
    ranges = log.line_range(bounds)
    halves = bounds[ranges[:, 1] < middle], bounds[ranges[:, 0] >= middle]
    if not all(map(len, halves)):
        raise SplitError(
            f"{log.system} has {len(bounds)} windows, none of them whole in "
            f"{'its first half' if not len(halves[0]) else 'its second half'}: name another source"
        )
    return name_parts((draw_windows(half, each, rng) for half in halves), source=True)


def draw_published(log: Log, each: int, share: float, rng: np.random.Generator) -> list[Part]:
    """A source's random windows out of its first share, dealt to both roles: windows of the two may overlap."""
    bounds = log.windows()
    bounds = bounds[: max(2, int(len(bounds) * share))]
    if len(bounds) < 2:
        raise SplitError(f"{log.system} has {len(bounds)} windows, two are needed: name another source")
    drawn = rng.permutation(draw_windows(bounds, 2 * each, rng))
    halves = (drawn[np.argsort(drawn[:, 0])] for drawn in np.array_split(drawn, 2))
    return name_parts(halves, source=True)


def name_parts(both: Iterable[Bounds], episode: int = 0, *, source: bool = False) -> list[Part]:
    """The windows of a support and of its query as parts of an episode."""
    roles = (f"source_{SUPPORT}", f"source_{QUERY}") if source else (SUPPORT, QUERY)
    return [Part(episode, role, bounds) for role, bounds in zip(roles, both, strict=True)]
