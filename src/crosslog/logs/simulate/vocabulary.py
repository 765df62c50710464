"""What a simulated system can say: a file of dialects/, with its alerts, its normal activity and their wordings."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import Field, ValidationError, model_validator

from crosslog.logs.simulate.draws import Draws
from crosslog.logs.simulate.slots import COMMON_SLOTS, PEER, SLOT
from crosslog.settings import Frozen, read_yaml

DIALECT_FOLDER = Path(__file__).parent / "dialects"
DIALECTS: tuple[str, ...] = tuple(sorted(path.stem for path in DIALECT_FOLDER.glob("*.yaml")))

UPDATE = " => "  # what stands left of it is said before a software update, what stands right of it after
SERVICE = "@"  # a wording that starts with it comes from a service node, not from a compute node


class DialectStatistics(Frozen):
    """How lines, alerts and time are laid out; shares are fractions of lines."""

    anomalous: float = Field(gt=0, lt=1)
    start: date
    days: int = Field(gt=0)
    calm: float = Field(gt=0, lt=0.5)  # share of alerts in calm stretches
    storm: float = Field(gt=0, lt=1)  # share of alerts in the stretches between them
    stretch: int = Field(gt=0)  # lines of a calm stretch and the storm after it, on average
    burst: int = Field(gt=0)  # lines of a burst of alerts in a calm stretch, on average

    @model_validator(mode="after")
    def _storms_are_worse(self) -> DialectStatistics:
        if not self.calm < self.anomalous < self.storm:
            raise ValueError("calm < anomalous < storm must hold")
        return self


class Nodes(Frozen):
    """Names of nodes, with wildcards."""

    compute: tuple[str, ...]
    service: tuple[str, ...]


class Alert(Frozen):
    """A kind of failure: the category in a line's label, and how the system words it."""

    label: str = Field(pattern=r"^[A-Z][A-Za-z_0-9]*$")
    says: tuple[str, ...] = Field(min_length=1)
    also_normal: bool = False  # the same words come in normal operation too


class Dialect(Frozen):
    """A file of dialects/: concepts, the most frequent first, and their wordings."""

    line: str = Field(pattern="^(bgl|syslog)$")
    statistics: DialectStatistics
    nodes: Nodes
    slots: dict[str, tuple[str, ...]]
    alerts: dict[str, Alert]
    normal: dict[str, tuple[str, ...]]

    @property
    def says(self) -> list[tuple[str, ...]]:
        """The wordings of each concept: alerts, then normal activity."""
        return [*(alert.says for alert in self.alerts.values()), *self.normal.values()]

    @model_validator(mode="after")
    def _slots_are_known(self) -> Dialect:
        known = {*COMMON_SLOTS, *self.slots, PEER}
        for says in self.says:
            unknown = sorted({slot for wording in says for slot in SLOT.findall(wording)} - known)
            if unknown:
                raise ValueError(f"{says[0]!r} has unknown slots {unknown}; known: {sorted(known)}")
        return self


@cache
def load_dialect(name: str) -> Dialect:
    """One file of dialects/.

    Raises
    ------
    ValueError
        If there is no such dialect, or its file says something that is not understood.
    """
    if name not in DIALECTS:
        raise ValueError(f"no dialect {name!r}; known: {', '.join(DIALECTS)}")
    path = DIALECT_FOLDER / f"{name}.yaml"
    try:
        return Dialect.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ValueError(f"{path}: {error}") from None


class Wording(NamedTuple):
    """One text of a concept, and the part of the log, in fractions of its length, in which it is in use."""

    concept: int
    text: str
    since: float
    until: float


def date_wordings(dialect: Dialect, draws: Draws) -> list[Wording]:
    """Every wording, by concept; each concept has one at every moment."""
    rng = draws.generator("updates")
    return [
        wording
        for concept, says in enumerate(dialect.says)
        for position, text in enumerate(says)
        for wording in _successive(concept, text, 0.0 if position == 0 else rng.choice([0.0, 0.3, 0.6]), rng)
    ]


def _successive(concept: int, text: str, since: float, rng: np.random.Generator) -> list[Wording]:
    before, arrow, after = text.partition(UPDATE)
    if not arrow:
        return [Wording(concept, text, since, 1.0)]
    update = since + (1.0 - since) * rng.uniform(0.3, 0.8)
    return [Wording(concept, before, since, update), Wording(concept, after, update, 1.0)]
