"""What a log adds up to, here and in the papers that print it: published_datasets.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from crosslog.reporting.document.chapter import MISSING
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.settings import Frozen, read_yaml


class Counts(NamedTuple):
    """A log in numbers; None where they are not known."""

    events: int
    anomalous: int | None
    labels: int | None  # distinct kinds
    days: int | None  # whole ones


class PublishedLog(Frozen):
    """A log as a paper's table has it."""

    systems: tuple[str, ...]
    events: int
    anomalous: int
    labels: int
    years: tuple[int, int]
    days: int

    @property
    def counts(self) -> Counts:
        """The numbers that can be compared."""
        return Counts(self.events, self.anomalous, self.labels, self.days)


class PublishedLogs(Frozen):
    """A paper's table of logs."""

    source: str
    logs: tuple[PublishedLog, ...]


@cache
def published_logs() -> PublishedLogs:
    """The table in published_datasets.yaml."""
    return PublishedLogs.model_validate(read_yaml(Path(__file__).parents[1] / "published_datasets.yaml"))


def published_of(inputs: Inputs, system: str) -> PublishedLog | None:
    """The paper's numbers of a system of the run; None where it has none, or only a part of the log is read."""
    if inputs.systems[system].part:
        return None
    return next((log for log in published_logs().logs if system in log.systems), None)


class ReadLog(NamedTuple):
    """A log in numbers as it was read here."""

    counts: Counts
    first_day: str
    last_day: str
    messages: int
    templates: int


def read_log(inputs: Inputs, system: str) -> ReadLog:
    """A system of the run; what no label says of it is not known."""
    row = inputs.statistics.row(by_predicate=pl.col("system") == system, named=True)
    first, last = row["first_time"], row["last_time"]
    labelled = inputs.systems[system].labels.source not in ("none", "reviewed")
    return ReadLog(
        counts=Counts(
            events=row["events"],
            anomalous=row["anomalous"] if labelled else None,
            labels=row["labels"] if labelled else None,
            days=None if first is None else (last - first).days,
        ),
        first_day=MISSING if first is None else first.date().isoformat(),
        last_day=MISSING if last is None else last.date().isoformat(),
        messages=row["messages"],
        templates=row["templates"],
    )


def count_text(value: int | None) -> str:
    """A count with commas; a dash where it is not known."""
    return MISSING if value is None else f"{value:,}"


def differences(here: Counts, there: Counts) -> str:
    """Every number that is not the same, with both; empty where all are."""
    named = zip(("events", "anomalous", "kinds of label", "days"), here, there, strict=True)
    return "; ".join(
        f"{name} {count_text(ours)} here, {count_text(theirs)} there" for name, ours, theirs in named if ours != theirs
    )


def disagreements(inputs: Inputs, system: str) -> Iterator[str]:
    """A sentence for each number of a paper's that is not what systems.yaml expects of the same log."""
    paper, expected = published_of(inputs, system), inputs.systems[system].expected
    if paper is None:
        return
    pairs = (
        ("lines", expected.lines, "events", paper.events),
        ("anomalous", expected.anomalous, "anomalous", paper.anomalous),
    )
    for wanted_name, wanted, printed_name, printed in pairs:
        if wanted is not None and wanted != printed:
            yield (
                f"Published numbers of {system} disagree: systems.yaml expects {wanted:,} {wanted_name}, "
                f"{published_logs().source} has {printed:,} {printed_name}."
            )
