"""A method under both protocols, beside the paper: the row that the tables of effectiveness and ablations share.

An experiment of a paper comes here twice: honest, and as published, with spans and adaptation step as the paper's
public code has them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

import polars as pl

from crosslog.reporting._inputs import Estimate, Inputs, Measure
from crosslog.reporting._published import Published, Row
from crosslog.reporting._tables import MISSING, Cell, cell, words
from crosslog.settings import Protocol

MEASURES = tuple(Measure("event", metric, "fixed") for metric in ("precision", "recall", "f1"))
WORDS = {"honest": "honest", "published": "as published"}
GAP = "F1, published minus honest"
HEAD = (
    "Sources",
    *(f"{protocol} {name}" for protocol in ("Honest", "As published") for name in ("P", "R", "F1")),
    GAP,
    "Paper: trained",
    *(f"Paper {name}" for name in ("P", "R", "F1")),
    "Audit, honest",
    "Audit, as published",
)
UNDEFINED = Estimate(None, None, None)


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


def row_of(inputs: Inputs, runs: Runs, detector: str, paper: Row | None) -> tuple[Cell, ...]:
    """The cells below HEAD."""
    honest, published = (_numbers(inputs, experiment, detector) for experiment in runs)
    return (
        words("; ".join(_sources(inputs, runs, detector))),
        *map(cell, honest),
        *map(cell, published),
        gap(honest[-1], published[-1]),
        *_printed(paper),
        *(words(_audit(inputs, experiment, detector)) for experiment in runs),
    )


def _printed(paper: Row | None) -> list[Cell]:
    if paper is None:
        return [words(""), *[Cell(MISSING)] * len(MEASURES)]
    return [words(paper.setting), *(Cell(f"{share:.4f}") for share in paper.shares)]


def f1_of(inputs: Inputs, experiment: str | None, detector: str) -> Estimate:
    """Event-level F1 at the fixed threshold; undefined where there is no run."""
    return _numbers(inputs, experiment, detector)[-1]


def _numbers(inputs: Inputs, experiment: str | None, detector: str) -> list[Estimate]:
    if experiment is None:
        return [UNDEFINED] * len(MEASURES)
    return [inputs.estimate(experiment, detector, measure) for measure in MEASURES]


def _sources(inputs: Inputs, runs: Runs, detector: str) -> Iterator[str]:
    """The systems that teach; of a one-to-one method, the one that its block in params.yaml names by number."""
    experiment = runs.honest or runs.published
    if experiment is None:
        return
    number = inputs.detectors[detector].get("source")
    for place, system in enumerate(inputs.suite.everything[experiment].teachers):
        if number in (None, place):
            yield inputs.marked(system)


def gap(honest: Estimate, published: Estimate) -> Cell:
    """Published minus honest, with its sign."""
    if honest.value is None or published.value is None:
        return Cell(MISSING)
    return Cell(f"{published.value - honest.value:+.3f}".replace("-", "−"))


def _audit(inputs: Inputs, experiment: str | None, detector: str) -> str:
    checks = inputs.audits.filter(experiment=experiment, detector=detector) if experiment else inputs.audits.clear()
    if checks.is_empty():
        return ""
    failed = checks.filter(~pl.col("passed"))["check"].to_list()
    made = checks.height - checks["passed"].null_count()
    verdict = f"{made - len(failed)} of {made}"
    return f"{verdict}: {failed[0]}{', …' * (len(failed) > 1)}" if failed else verdict


def failures(inputs: Inputs, runs: Sequence[tuple[str, Runs]]) -> Iterator[str]:
    """One sentence on what the audits of some detectors' runs refuse, under both protocols; none where they do not."""
    refused: dict[str, list[str]] = {}
    for protocol in Runs._fields:
        pairs = {(getattr(pair, protocol), detector) for detector, pair in runs if getattr(pair, protocol)}
        for check, detectors in _failed(inputs, pairs):
            whose = "all" if len(detectors) == len(pairs) else ", ".join(dict.fromkeys(detectors))
            refused.setdefault(check, []).append(f"{WORDS[protocol]}: {whose}")
    if refused:
        yield "The audit refuses: " + "; ".join(f"{check} ({', '.join(each)})" for check, each in refused.items()) + "."


def _failed(inputs: Inputs, pairs: Collection[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Each check that some runs fail, with their detectors."""
    wanted = pl.DataFrame(sorted(pairs), schema={"experiment": pl.String, "detector": pl.String}, orient="row")
    failed = inputs.audits.filter(~pl.col("passed")).join(wanted, on=wanted.columns, how="semi", maintain_order="left")
    for (check,), rows in failed.group_by("check", maintain_order=True):
        yield str(check), rows["detector"].to_list()


def caption_of(inputs: Inputs, source: str, paper: Published, runs: list[Runs]) -> str:
    """A paper's table, and the system that stands for its target here."""
    names = [name for pair in runs for name in pair if name]
    targets = dict.fromkeys(inputs.marked_targets(name) for name in names)
    return f"{source} ({paper.target}), here {', '.join(targets)}"
