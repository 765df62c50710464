"""Events in flat columns, and windows as bounds into them: what every shape of problem is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from crosslog.settings import Cut

PAD = -1
UNKNOWN_TIME = np.iinfo(np.int64).min
Unit = Literal["event", "window", "session"]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Texts:
    """What events refer to, shared by all windows of an experiment.

    Attributes
    ----------
    table : (units, dim) float32, a vector per distinct text and encoder options
    texts : (units,) the text behind each vector
    messages : the masked messages, whatever the representation
    templates : the mined templates
    severities : (messages,) int8, 0 debug … 7 emergency, -1 unknown
    unit_length : whether the encoder makes every vector of length 1
    """

    table: NDArray[np.float32]
    texts: Sequence[str]
    messages: Sequence[str]
    templates: Sequence[str]
    severities: NDArray[np.int8]
    unit_length: bool


@dataclass(frozen=True, eq=False)
class Events:
    """Events of one system in order; (events,) each, never copied per window.

    Attributes
    ----------
    units, messages, templates : int32, rows of `texts`
    labels : bool, anomalous; False where withheld
    lines : int64, numbers in the raw log
    times : int64, microseconds since 1970; UNKNOWN_TIME where there is none
    sessions, nodes : int32, numbers of their own; -1 where there is none
    texts : what units, messages and templates refer to
    system : name in systems.yaml
    """

    units: NDArray[np.int32]
    messages: NDArray[np.int32]
    templates: NDArray[np.int32]
    labels: NDArray[np.bool_]
    lines: NDArray[np.int64]
    times: NDArray[np.int64]
    sessions: NDArray[np.int32]
    nodes: NDArray[np.int32]
    texts: Texts
    system: str

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True, eq=False)
class Windows:
    """Runs of consecutive events as bounds into them; runs may overlap.

    A window's events stand in slots: those of the first window, then those of the next. What is scored is each slot
    where `unit` is "event", and else each window.

    Attributes
    ----------
    events : of one system
    bounds : (n, 2) int64, first event and one past the last; no window is empty
    unit : what is scored: each event, each window, or each window that is a whole session
    labelled : whether the events' labels are the truth; False once they are withheld
    """

    events: Events
    bounds: NDArray[np.int64]
    unit: Unit = "event"
    labelled: bool = True

    def __len__(self) -> int:
        return len(self.bounds)

    @property
    def system(self) -> str:
        """The system of the events."""
        return self.events.system

    @property
    def table(self) -> NDArray[np.float32]:
        """(texts, dim) the vectors that `ids` are rows of."""
        return self.events.texts.table

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """(n,) events of each window."""
        lengths: NDArray[np.int64] = self.bounds[:, 1] - self.bounds[:, 0]
        return lengths

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """(n,) the first slot of each window."""
        offsets: NDArray[np.int64] = np.cumsum(self.lengths) - self.lengths
        return offsets

    @cached_property
    def slots(self) -> NDArray[np.int64]:
        """(slots,) the event in each slot."""
        within = np.arange(self.lengths.sum()) - np.repeat(self.offsets, self.lengths)
        slots: NDArray[np.int64] = np.repeat(self.bounds[:, 0], self.lengths) + within
        return slots

    @property
    def size(self) -> int:
        """How many units there are to score."""
        return len(self.slots) if self.unit == "event" else len(self)

    @cached_property
    def truth(self) -> NDArray[np.bool_]:
        """(size,) which units are anomalous; a window is where any of its events is."""
        labels = self.events.labels[self.slots]
        return labels if self.unit == "event" else self._any(labels)

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """(n, length) rows of the table of vectors, PAD after a window's last event."""
        return self.padded(self.events.units, PAD)

    @cached_property
    def labels(self) -> NDArray[np.bool_]:
        """(n, length) labels of events, False after a window's last event."""
        return self.padded(self.events.labels, False)

    @cached_property
    def lines(self) -> NDArray[np.int64]:
        """(n, length) lines of events, PAD after a window's last event."""
        return self.padded(self.events.lines, PAD)

    @cached_property
    def real(self) -> NDArray[np.bool_]:
        """(n, length) True where there is an event."""
        return np.arange(self.lengths.max(initial=0)) < self.lengths[:, None]

    def padded(self, values: NDArray[Scalar], pad: Any) -> NDArray[Scalar]:
        """(events,) values as (n, length), `pad` after a window's last event."""
        dense = np.full(self.real.shape, pad, dtype=values.dtype)
        dense[self.real] = values[self.slots]
        return dense

    def highest(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n,) the highest of each window's (slots,) scores: how what scores events is judged at windows."""
        return np.maximum.reduceat(scores, self.offsets) if len(self) else np.zeros(0, np.float32)

    def take(self, rows: NDArray[np.integer] | slice) -> Windows:
        """Some of the windows."""
        return replace(self, bounds=self.bounds[rows])

    def cut_runs(self, length: int) -> Windows:
        """The same slots in windows of at most that many events, each of which is to be scored."""
        counts = -(-self.lengths // length)
        number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        first = np.repeat(self.bounds[:, 0], counts) + number * length
        bounds = np.stack([first, np.minimum(first + length, np.repeat(self.bounds[:, 1], counts))], axis=1)
        return replace(self, bounds=bounds, unit="event")

    def as_events(self) -> Windows:
        """The same windows, each of their events to be scored."""
        return replace(self, unit="event")

    def withhold(self) -> Windows:
        """The same windows without labels: what a detector is given to score."""
        blank = replace(self.events, labels=np.zeros_like(self.events.labels))
        return replace(self, events=blank, labelled=False)

    def _any(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.logical_or.reduceat(flags, self.offsets) if len(self) else np.zeros(0, np.bool_)


class Episode(NamedTuple):
    """A problem of one system: windows with labels to learn from and, where there are any, windows to ask about."""

    support: Windows
    query: Windows | None

    @property
    def parts(self) -> list[Windows]:
        """Support and, where there is one, query."""
        return [self.support] if self.query is None else [self.support, self.query]


def cut_events(first: int, last: int, cut: Cut, sessions: NDArray[np.integer] | None = None) -> NDArray[np.int64]:
    """Bounds of the windows over the events from `first` up to, not with, `last`.

    Parameters
    ----------
    first, last
        Events, as they are numbered in the system.
    cut
        By count: windows of `length` events every `step`, until each event is in one; the last may be shorter. By
        session: each session whole or, where the cut has a length, windows within it.
    sessions
        (events,) where the cut is by session: a number per event; those of a session stand together.

    Returns
    -------
    NDArray
        (n, 2) int64, in order of their first events.
    """
    if cut.by == "count" or sessions is None:
        return _by_count(first, last, cut)
    edges = np.flatnonzero(np.diff(sessions[first:last])) + 1 + first
    wholes = np.stack([np.append(first, edges), np.append(edges, last)], axis=1) if last > first else _no_bounds()
    if cut.length is None:
        return wholes.astype(np.int64)
    return np.concatenate([_no_bounds(), *(_by_count(int(begin), int(end), cut) for begin, end in wholes)])


def _by_count(first: int, last: int, cut: Cut) -> NDArray[np.int64]:
    length, step = cut.lengths
    starts = np.arange(first, max(first + 1, last - length + step), step, dtype=np.int64)
    return np.stack([starts, np.minimum(starts + length, last)], axis=1) if last > first else _no_bounds()


def _no_bounds() -> NDArray[np.int64]:
    return np.zeros((0, 2), dtype=np.int64)
