"""Events with the labels that experiments read: their own, or what people say where a system is labelled by them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import polars as pl

from crosslog import artifacts
from crosslog.faults import UserError
from crosslog.interpretation.review import table
from crosslog.labelling import line_labels, people, verdicts
from crosslog.settings import system_of
from crosslog.systems import load_system


class UnlabelledError(UserError, ValueError):
    """A system has no labels, or is to be labelled by people, and nobody has said anything of it."""


def labelled_parts(log: str, columns: list[str], lines: tuple[int, int] | None = None) -> Iterator[pl.DataFrame]:
    """`columns` of the events of a system's log, a part at a time, between two lines where they are given.

    Raises
    ------
    UnlabelledError
        If there is no source, or it is `reviewed` and there is neither a verdict on a template nor a label of a line.
    """
    system = system_of(log)
    source = load_system(system).labels.source
    if source == "none":
        raise UnlabelledError(
            f"{system} has no labels, and an experiment needs some of every system: judge templates of it with "
            f"`crosslog review judge {log}`, then set `labels: reviewed` in its entry in systems.yaml"
        )
    if source != "reviewed":
        yield from artifacts.EVENTS.read_parts(columns, lines, system=log)
        return
    judged, decided = _said(log)
    events = unnamed = 0
    read = sorted({"line", "template_id", *columns} - {"label", "anomalous"})  # which people say
    for part in artifacts.EVENTS.read_parts(read, lines, system=log):
        named = verdicts.correct_labels(verdicts.label_by_verdicts(part, judged), decided)
        events, unnamed = events + len(named), unnamed + len(named) - int(named["named"].sum())
        yield named.select(columns)
    if unnamed:
        sys.stderr.write(f"{system}: {unnamed:,} of {events:,} events have no label by people; they count as normal\n")


def _said(log: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Verdicts by template_id, and what people say of lines."""
    system = system_of(log)
    path, lines = artifacts.interpretations_path(log), artifacts.line_labels_path(system)
    rows = table.parse_rows(path.read_bytes(), str(path)) if path.exists() else table.empty_rows()
    judged = verdicts.join_verdicts(artifacts.TEMPLATES.read(system=log), rows)
    nothing = ",".join(line_labels.ANNOTATION_COLUMNS).encode()
    labels = line_labels.parse_annotations(lines.read_bytes() if lines.exists() else nothing, str(lines))
    if (judged["verdict"] == "").all() and labels.is_empty():
        raise UnlabelledError(
            f"systems.yaml: {system} has `labels: reviewed`, but {path} has no verdict and {lines} no label: "
            f"judge some templates with `crosslog review judge {log}`"
        )
    return judged, people.merge_annotations(labels)
