"""What came out: per experiment the best methods beside the best trivial one, and what a protocol's leaks add."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import Bullets, Chapter, ChapterBlock, Prose, Strong
from crosslog.reporting.document.panels import Dot, DotPanel, Figure, PanelGroup
from crosslog.reporting.numbers.headlines import headline, headline_words, leak_words
from crosslog.reporting.numbers.inputs import Inputs, Measure
from crosslog.reporting.numbers.measures import TRIVIAL, percent
from crosslog.reporting.numbers.outcomes import outcome_grid

SETTING = (
    "Methods learn from labelled source systems and look for anomalies in a target. An episode is one trial: a method "
    "is given a support, some labelled lines of the target, and judged on a query, other lines of it. Its F1 weighs "
    "false alarms against anomalies missed; 1 is perfect."
)
LEAKS = (
    " A published protocol repeats a paper's own with its leaks: supports that touch their queries, an adaptation step "
    "chosen on the query. Honest numbers do without."
)
NOTHING_HONEST = "This run has no experiment under the honest protocol."


def chapter(inputs: Inputs) -> Chapter:
    """A sentence or two per experiment, the same in a table, and every method's F1 as a picture."""
    return Chapter("What came out", tuple(_blocks(inputs)), front=True)


def _blocks(inputs: Inputs) -> Iterator[ChapterBlock]:
    if not inputs.main:
        yield NOTHING_HONEST
        return
    yield SETTING + LEAKS * any(inputs.partner(arm) for arm in inputs.main)
    yield Bullets(tuple(_line(inputs, arm) for arm in inputs.main))
    yield _meanings(inputs)
    yield outcome_grid(inputs)
    yield _figure(inputs)


def _meanings(inputs: Inputs) -> str:
    """The words of the table that the sentences above it do without."""
    return (
        "A type is a distinct message, counted once however often it occurs, so that a burst of one alert does not "
        f"decide. Trivial methods transfer nothing: {', '.join(TRIVIAL[:-1])} and {TRIVIAL[-1]}. A difference is more "
        f"than chance where its {percent(inputs.evaluate.confidence)} interval, from resamples that both methods "
        "share (of episodes, of targets or of runs of a single query), leaves out nought; with fewer than six episodes "
        "or targets nothing is said."
    )


def _line(inputs: Inputs, arm: str) -> Prose:
    told = headline(inputs, arm, _f1(inputs, arm))
    name = f"{inputs.name_of(arm)} ({inputs.marked_sources(arm)} → {inputs.marked_targets(arm)}):"
    return (Strong(name), *headline_words(inputs, told), *leak_words(told))


def _f1(inputs: Inputs, arm: str) -> Measure:
    return Measure(inputs.suite.everything[arm].levels[0], "f1", "fixed")


def _figure(inputs: Inputs) -> Figure:
    published = any(inputs.partner(arm) for arm in inputs.main)
    bar = " The grey stroke is the same method under the published protocol." * published
    return Figure(
        "outcome",
        "F1 of every method with its interval, a panel per experiment; the same numbers stand in the tables",
        f"F1 of every method, the best above, with its {percent(inputs.evaluate.confidence)} interval; hollow: trivial "
        f"methods.{bar}",
        (PanelGroup("F1 of every method", tuple(_panel(inputs, arm) for arm in inputs.main)),),
    )


def _panel(inputs: Inputs, arm: str) -> DotPanel:
    measure, partner = _f1(inputs, arm), inputs.partner(arm)
    dots = []
    for detector in inputs.suite.detectors_of(arm):
        value, low, high, *_ = inputs.estimate(arm, detector, measure)
        again = partner and detector in inputs.suite.detectors_of(partner)
        other = inputs.estimate(partner, detector, measure).value if partner and again else None
        dots.append(Dot(detector, value, low, high, other, detector in TRIVIAL))
    dots.sort(key=lambda dot: -1.0 if dot.value is None else dot.value, reverse=True)
    return DotPanel(inputs.name_of(arm), f"F1 of {measure.level}s", tuple(dots))
