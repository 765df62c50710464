"""Which hyper-parameters were chosen on the sources, out of how many trials, and what that was worth there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import polars as pl

from crosslog.reporting.document.chapter import Cell, Chapter, ChapterBlock, Grid, Row
from crosslog.reporting.numbers.inputs import Estimate, Inputs
from crosslog.reporting.numbers.measures import number_cell, word_cell

HEAD = (
    "In params.yaml",
    "Chosen",
    "Trials complete",
    "Pruned",
    "Failed",
    "Best on sources left out",
    "params.yaml there",
)


def chapter(inputs: Inputs) -> Chapter:
    """A table per experiment that is searched on."""
    return Chapter("Hyper-parameters", tuple(_blocks(inputs)))


def _blocks(inputs: Inputs) -> Iterator[ChapterBlock]:
    searches = _searches(inputs)
    if not searches:
        yield "No hyper-parameter is searched for in this run: every detector has those of params.yaml."
        return
    yield (
        "A search sees source systems only: each plays the target once, and a detector learns from the others, adapts "
        "to a support of it and is scored on its query. The last two columns are what that is worth: the mean of F1 at "
        "the fixed threshold and of AUPRC, over the sources left out. Trial 0 has the values of params.yaml; a trial "
        "that falls behind is pruned. What is not named here stays as in params.yaml."
    )
    for experiment, runs in searches.items():
        sources = " and ".join(inputs.marked(system) for system in inputs.suite.experiments[experiment].teachers)
        rows = tuple(Row(detector, _row(inputs, run, detector), detector) for detector, run in runs.items())
        yield Grid(f"On the sources of {experiment}: {sources}", HEAD, rows)
        users = [name for name, each in inputs.suite.experiments.items() if each.tuned_on == experiment]
        yield f"For {'every experiment' if len(users) == len(inputs.suite.experiments) else ', '.join(users)}."


def _searches(inputs: Inputs) -> dict[str, dict[str, str]]:
    """Per experiment whose sources are searched on, each tuned detector with the first run that uses what it found."""
    found: dict[str, dict[str, str]] = {}
    for name, detector in inputs.suite.runs:
        tuned_on = inputs.suite.everything[name].tuned_on
        if inputs.suite.is_searched(name, detector):
            found.setdefault(tuned_on, {}).setdefault(detector, name)
    return found


def _row(inputs: Inputs, run: str, detector: str) -> tuple[Cell, ...]:
    chosen, block = inputs.chosen[run, detector], inputs.detectors[detector]
    trials = inputs.trials.filter(experiment=run, detector=detector)
    states = Counter(trials["state"])
    return (
        word_cell(_values({name: block[name] for name in chosen})),
        word_cell(_values(chosen)),
        *(Cell(str(states[state])) for state in ("complete", "pruned", "failed")),
        *(_worth(trials.filter(which)) for which in (pl.col("chosen"), pl.col("trial") == 0)),
    )


def _values(values: Mapping[str, object]) -> str:
    return "; ".join(f"{name} {_short(value)}" for name, value in values.items())


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _worth(trials: pl.DataFrame) -> Cell:
    """What a trial is worth; a dash where there is none or it did not end."""
    return number_cell(Estimate(next(iter(trials["value"]), None)))
