"""What is known of a chunk of a log before, and after, the whole of it is known; plain values, kept as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crosslog.logs.parsing.messages import Occurrence
from crosslog.logs.parsing.order import Edge
from crosslog.logs.parsing.remarks import RemarkRow
from crosslog.logs.parsing.years import Years

UNREAD_TIME = (
    -62_135_596_799_999_999
)  # in year 1: of a line that begins with a date its format does not know: no line inherits it
MOST_LABELS = 10_000  # a log read with a format that takes some other word for a tag has one for every line


class Time(NamedTuple):
    """The time that lines without one inherit: of the last line before them in the same member that has one."""

    member: int = -1
    microseconds: int | None = None  # since 1970
    turn: int | None = None  # its year, as years.py counts them, in a format whose lines may name none


class Start(NamedTuple):
    """What a chunk's lines take from those before it."""

    time: Time = Time()
    turns: int = 0  # what its turn 0 is in the whole log


@dataclass(frozen=True)
class Facts:
    """What a chunk holds that the whole log must know; plain values, so that it can be kept as JSON."""

    lines: int
    events: int
    unreadable: int
    messages: list[Occurrence]
    remarks: list[Any]
    last: Time
    edges: list[Edge] = field(default_factory=list)
    years: Years = field(default_factory=Years)
    headless: RemarkRow | None = None  # `no_time` lines, if the chunk before has none that they inherit

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Facts:
        """What `as_json` gave, read back."""
        messages = [Occurrence(*values) for values in content["messages"]]
        years = Years(*content["years"])._replace(leap=tuple(content["years"][Years._fields.index("leap")]))
        restored = {
            "messages": messages,
            "remarks": [tuple(row) for row in content["remarks"]],
            "last": Time(*content["last"]),
            "edges": [Edge(*edge) for edge in content["edges"]],
            "years": years,
            "headless": tuple(content["headless"]) if content["headless"] else None,
        }
        return cls(**{**content, **restored})


@dataclass
class Tally:
    """Counts over finished events."""

    anomalous: int = 0
    remarks: list[Any] = field(default_factory=list)  # rows of a RemarkTable
    sessions: dict[str, bool] = field(default_factory=dict)  # whether any event of it is anomalous
    labels: list[str] = field(default_factory=list)  # what `sort_labels` gives
    first_time: int | None = None  # the earliest, in microseconds since 1970; None where no event has a time
    last_time: int | None = None  # the latest
    examples: dict[str, str] = field(default_factory=dict)  # the first raw line of each template_id, without a label

    def add(self, other: Tally) -> None:
        """Add what the part of the log behind it holds."""
        self.anomalous += other.anomalous
        self.remarks += other.remarks
        for name, anomalous in other.sessions.items():
            self.sessions[name] = anomalous or self.sessions.get(name, False)
        for template_id, line in other.examples.items():
            self.examples.setdefault(template_id, line)
        self.labels = sort_labels([*self.labels, *other.labels])
        self.first_time = min(_known(self.first_time, other.first_time), default=None)
        self.last_time = max(_known(self.last_time, other.last_time), default=None)

    def note_unknown(self, kind: str, names: Sequence[object]) -> None:
        """Remark on sessions or lines that are labelled but not in the log."""
        if names:
            self.remarks.append((kind, len(names), 0, str(names[0])))


def sort_labels(labels: Iterable[str]) -> list[str]:
    """Each label once, the first MOST_LABELS of them in order: the same however a log was cut and put together."""
    return sorted(set(labels))[:MOST_LABELS]


def _known(*times: int | None) -> list[int]:
    return [time for time in times if time is not None]
