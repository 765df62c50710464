"""Which experiments of a run stand for one of a paper: honest, and as published."""

from __future__ import annotations

from typing import Literal, NamedTuple

from crosslog.reporting.numbers.inputs import Inputs
from crosslog.settings import Protocol

PROTOCOL_WORDS = {"honest": "honest", "published": "as published"}


class Runs(NamedTuple):
    """The experiments of the run that stand for one of a paper, under each protocol; None where there is none."""

    honest: str | None
    published: str | None


def runs_of(inputs: Inputs, name: str, detector: str, labels: Literal["own", "shuffled"] = "own") -> Runs:
    """Where a detector runs on an experiment of a paper, by its name there."""
    suite = inputs.suite

    def first(protocol: Protocol) -> str | None:
        for key, each in suite.everything.items():
            stands = (each.published, each.protocol, each.labels) == (name, protocol, labels)
            if stands and detector in suite.detectors_of(key):
                return key
        return None

    return Runs(first("honest"), first("published"))
