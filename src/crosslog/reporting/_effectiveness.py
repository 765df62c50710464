"""How well every method finds anomalies under both protocols, beside the paper, and the same with labels shuffled."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting._adaptation import step_table, stepwise
from crosslog.reporting._chapters import Chapter
from crosslog.reporting._inputs import Estimate, Inputs
from crosslog.reporting._protocols import GAP, HEAD, Runs, caption_of, f1_of, failures, gap, row_of, runs_of
from crosslog.reporting._published import Published, Row, published
from crosslog.reporting._sections import numbers_note
from crosslog.reporting._tables import Table, cell

JUDGED = "crosyslog"  # whose control is put into words, where it has one


def effectiveness(inputs: Inputs) -> Chapter:
    """The chapter."""
    blocks: list[str | Table] = [*notes(inputs)]
    for name, paper in published().items():
        blocks += _tables(inputs, name, paper)
    controls = [block for name in published() for block in _control(inputs, name)]
    blocks += controls or ["This run has no control with shuffled labels."]
    return Chapter("effectiveness", "Effectiveness", tuple(blocks))


def notes(inputs: Inputs) -> Iterator[str]:
    """What the columns are."""
    yield (
        f"P, R and F1 are precision, recall and F1 of events, flagged from a score of {inputs.evaluate.threshold:g} "
        f"on. {numbers_note(inputs)}. A dash: no such run, or not defined."
    )
    yield (
        "Honest: supports come before their queries and never overlap them, and the last adaptation step is scored. "
        "As published: spans are drawn as the paper's public code draws them, and the step with the best F1 on the "
        "query is scored. Paper: what it prints, on the full logs of its own systems. The audit counts the checks that "
        "hold."
    )


def _tables(inputs: Inputs, name: str, paper: Published) -> Iterator[str | Table]:
    """The paper's methods in its order, then ours."""
    printed = [(row.method, runs_of(inputs, row.experiment, row.method), row) for row in paper.rows]
    shown = {method for method, runs, _ in printed if any(runs)}
    others = [detector for detector in inputs.detectors if detector not in shown]
    own = [(detector, runs, None) for detector in others if any(runs := runs_of(inputs, name, detector))]
    rows: list[tuple[str, Runs, Row | None]] = [*printed, *own]
    if not any(any(runs) for _, runs, _ in rows):
        yield f"{paper.source} ({paper.target}) is left out: no experiment of this run stands for {name}."
        return
    caption = caption_of(inputs, paper.source, paper, [runs for _, runs, _ in rows])
    yield Table(caption, HEAD, tuple((method, row_of(inputs, runs, method, row)) for method, runs, row in rows))
    yield from failures(inputs, [(method, runs) for method, runs, _ in rows])


def _control(inputs: Inputs, name: str) -> Iterator[str | Table]:
    """F1 of both protocols where there is nothing to learn, and what that says."""
    runs = {detector: runs_of(inputs, name, detector, "shuffled") for detector in inputs.detectors}
    f1 = {
        detector: (f1_of(inputs, pair.honest, detector), f1_of(inputs, pair.published, detector))
        for detector, pair in runs.items()
        if any(pair)
    }
    if not f1:
        return
    rows = tuple((detector, (*map(cell, pair), gap(*pair))) for detector, pair in f1.items())
    yield Table(f"Control: {name} with labels shuffled", ("Honest F1", "As published F1", GAP), rows)
    both = [detector for detector, pair in f1.items() if None not in (pair[0].value, pair[1].value)]
    if both:
        judged = JUDGED if JUDGED in both else both[0]
        yield verdict(judged, *f1[judged])
    for experiment in dict.fromkeys(pair.honest for pair in runs.values()):
        if experiment and stepwise(inputs, experiment):
            yield "The same on the honest spans alone: what choosing the step on the query adds, apart from the spans."
            yield step_table(inputs, experiment)


def verdict(detector: str, honest: Estimate, as_published: Estimate) -> str:
    """Which protocol gives the higher F1 where there is nothing to learn, and by how much."""
    ours, theirs = honest.value or 0.0, as_published.value or 0.0
    start = (
        f"With labels shuffled, where there is nothing to learn, the published protocol gives {detector} an F1 of "
        f"{cell(as_published)} where the honest one gives {cell(honest)}"
    )
    if f"{theirs:.3f}" == f"{ours:.3f}":
        return f"{start}: the protocol makes no difference here."
    if theirs > ours:
        end = f"{theirs - ours:.3f} more: that much of a published F1 is protocol."
    else:
        end = f"{ours - theirs:.3f} less: here the published protocol does not flatter."
    return f"{start}, {end}{' The intervals overlap.' * _overlap(honest, as_published)}"


def _overlap(one: Estimate, other: Estimate) -> bool:
    ends = (one.low, one.high, other.low, other.high)
    if None in ends:
        return False
    low, high, other_low, other_high = (end or 0.0 for end in ends)
    return low <= other_high and other_low <= high
