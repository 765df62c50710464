"""What came out of an experiment by one measure: who is best, whether that is more than chance, what leaks add."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from crosslog.reporting.document.chapter import Cell, Strong
from crosslog.reporting.numbers.differences import (
    Difference,
    Standing,
    compare_detectors,
    compare_protocols,
    rank_detectors,
)
from crosslog.reporting.numbers.inputs import Inputs, Measure
from crosslog.reporting.numbers.measures import TRIVIAL, number_cell, signed

TOO_FEW = "too few episodes or targets"


class Leak(NamedTuple):
    """What a detector's number gains as published."""

    detector: str
    difference: Difference


class Headline(NamedTuple):
    """An arm's best methods and its best trivial one; None where there is none, or nothing is defined.

    `lead` is the best method minus the best trivial one. `leaks` are of all detectors that run under both protocols.
    """

    arm: str
    measure: Measure
    methods: Standing | None
    trivial: Standing | None
    lead: Difference | None
    leaks: tuple[Leak, ...]


def headline(inputs: Inputs, arm: str, measure: Measure) -> Headline:
    """An arm by one measure."""
    detectors = inputs.suite.detectors_of(arm)
    methods = rank_detectors(inputs, arm, measure, [each for each in detectors if each not in TRIVIAL])
    trivial = rank_detectors(inputs, arm, measure, [each for each in detectors if each in TRIVIAL])
    lead = compare_detectors(inputs, arm, (methods.best, trivial.best), measure) if methods and trivial else None
    return Headline(arm, measure, methods, trivial, lead, tuple(_leaks(inputs, arm, measure)))


def _leaks(inputs: Inputs, arm: str, measure: Measure) -> list[Leak]:
    partner = inputs.partner(arm)
    if partner is None:
        return []
    both = [each for each in inputs.suite.detectors_of(arm) if each in inputs.suite.detectors_of(partner)]
    leaks = [Leak(each, compare_protocols(inputs, (partner, arm), each, measure)) for each in both]
    return [leak for leak in leaks if leak.difference.value is not None]


def headline_words(inputs: Inputs, told: Headline) -> list[str | Strong]:
    """The best methods beside the best trivial one, and whether the difference is more than chance."""
    if told.methods is None or told.trivial is None:
        standing = told.methods or told.trivial
        return [*_best(inputs, told, standing, "best is")] if standing else [" no number is defined."]
    words = _best(inputs, told, told.methods, "best is")
    words += [" The best trivial method is ", Strong(told.trivial.best), f" at {_number(inputs, told, told.trivial)}: "]
    return [*words, _verdict(told.lead)]


def _best(inputs: Inputs, told: Headline, standing: Standing, start: str) -> list[str | Strong]:
    words: list[str | Strong] = [f" {start} ", Strong(standing.best), f" with F1 {_number(inputs, told, standing)}"]
    if standing.tied and standing.judged:
        words.append(f", not told apart from {_listed(standing.tied)}")
    return [*words, "."]


def _number(inputs: Inputs, told: Headline, standing: Standing) -> str:
    return str(number_cell(inputs.estimate(told.arm, standing.best, told.measure)))


def _verdict(lead: Difference | None) -> str:
    if lead is None or lead.value is None:
        return "nothing to compare."
    if lead.told is None:
        return f"a difference of {difference_words(lead)}, over {TOO_FEW} to say whether it is chance."
    if not lead.told:
        return f"a difference of {difference_words(lead)}, no more than chance."
    if lead.value < 0:
        return f"the trivial one is ahead of every method, by more than chance ({difference_words(lead)})."
    return f"a difference of {difference_words(lead)}, more than chance."


def difference_words(difference: Difference) -> str:
    """A difference with its sign and its interval."""
    value, low, high, _ = difference
    interval = "" if low is None or high is None else f" [{signed(low)}, {signed(high)}]"
    return f"{signed(value or 0.0)}{interval}"


def difference_cell(difference: Difference | None) -> Cell:
    """A difference in a table."""
    if difference is None or difference.value is None:
        return Cell()
    text, _, interval = difference_words(difference).partition(" ")
    return Cell(text, interval, difference.value)


def leak_words(told: Headline) -> list[str]:
    """What the published protocol adds over the methods, and where it adds most."""
    if len(told.leaks) == 1:
        (only,) = told.leaks
        return [f" The published protocol's leaks are worth {difference_words(only.difference)} to {only.detector}."]
    gains = {leak.detector: leak.difference.value or 0.0 for leak in told.leaks}
    if not gains:
        return []
    most, least = (max(gains, key=lambda each: gains[each]), min(gains, key=lambda each: gains[each]))
    beyond = [leak.detector for leak in told.leaks if leak.difference.told and (leak.difference.value or 0.0) > 0]
    certain = f"{len(beyond)} of {len(gains)} by more than chance" if beyond else "none by more than chance"
    return [
        f" The published protocol's leaks are worth {signed(median(gains.values()))} to the median method "
        f"({signed(gains[least])} to {least}, {signed(gains[most])} to {most}; {certain})."
    ]


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
