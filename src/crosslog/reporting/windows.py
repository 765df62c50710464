"""LogSynergy's tables of windows beside the paper's: counts, and every method under both ways to draw windows."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import MISSING, Cell, Chapter, ChapterBlock, Grid, Row, Section
from crosslog.reporting.numbers.differences import compare_detectors, mark_of, rank_runs
from crosslog.reporting.numbers.headlines import difference_words
from crosslog.reporting.numbers.inputs import Estimate, Inputs, Measure
from crosslog.reporting.numbers.measures import number_cell, percent
from crosslog.reporting.papers.windows import (
    METHOD,
    WindowRow,
    WindowTarget,
    all_positive_f1,
    main_arms,
    printed_target,
    window_paper,
)

DECIDED = tuple(Measure("window", metric, "fixed") for metric in ("f1", "precision", "recall"))
SHARE = Measure("window", "anomalous")
SIMPLE = ("all_positive", "exact_match", "logistic")  # what the method is held against in words
HEAD = (
    "Honest F1",
    "Honest P",
    "Honest R",
    "As published F1",
    "As published P",
    "As published R",
    "Paper F1",
    "Paper P",
    "Paper R",
)


def chapter(inputs: Inputs) -> Chapter:
    """Table III, then Table IV target by target; nothing where the run has no such experiment."""
    arms = main_arms(inputs)
    return Chapter("Windows", tuple(_blocks(inputs, arms)) if arms else ())


def _blocks(inputs: Inputs, arms: list[str]) -> Iterator[ChapterBlock]:
    yield (
        f"Windows are flagged from a score of {inputs.evaluate.threshold:g} on. Intervals resample blocks of time and "
        "seeds, for windows overlap. Honest: the target is cut into windows after it was split, and a source's two "
        "parts do not meet. As published: one window lies across the border, and a source's are drawn from its first "
        "90 %. The paper's numbers are of its own logs: they stand beside ours, and do not compare."
    )
    yield _counts(inputs, arms)
    for arm in arms:
        yield Section(f"{inputs.name_of(arm)}: {inputs.marked_targets(arm)}", tuple(_table(inputs, arm)))
    yield from _misprints()


def _counts(inputs: Inputs, arms: list[str]) -> Grid:
    """Table III: what is asked about here, and what the paper counts."""
    rows = []
    for arm in arms:
        (target,), (detector, *_) = inputs.suite.everything[arm].targets, inputs.suite.detectors_of(arm)
        support, share = (
            inputs.estimate(arm, detector, measure).value for measure in (Measure("window", "support_labels"), SHARE)
        )
        printed = printed_target(target)
        cells = (
            Cell(MISSING if support is None else f"{support:,.0f}"),
            _share_cell(share),
            _share_cell(None if share is None else all_positive_f1(share), digits=3),
            Cell(f"{printed.windows:,}" if printed else MISSING),
            _share_cell(printed.share if printed else None),
            _share_cell(all_positive_f1(printed.share) if printed else None, digits=3),
        )
        rows.append(Row(inputs.marked(target), cells))
    paper = window_paper().counts
    head = (
        "Windows that teach",
        "Anomalous windows asked about",
        "F1 of flagging all",
        f"Windows, {paper}",
        f"Anomalous, {paper}",
        "F1 of flagging all, there",
    )
    return Grid("Targets", head, tuple(rows), "Target")


def _share_cell(share: float | None, digits: int = 0) -> Cell:
    if share is None:
        return Cell()
    return Cell(f"{share:.{digits}f}" if digits else percent(share, 2), "", share)


def _table(inputs: Inputs, arm: str) -> Iterator[ChapterBlock]:
    """Table IV of one target, what of it may be flagging all, and the method against the simplest."""
    partner, printed = inputs.partner(arm), printed_target(inputs.suite.everything[arm].targets[0])
    theirs = {row.method: row for row in printed.rows} if printed else {}
    standing = rank_runs(inputs, [(arm, each) for each in inputs.suite.detectors_of(arm)], DECIDED[0])
    rows = []
    for detector in inputs.suite.detectors_of(arm):
        first, *rest = _cells(inputs, arm, detector)
        marked = first._replace(mark=mark_of(standing, (arm, detector)))
        cells = (marked, *rest, *_cells(inputs, partner, detector), *_printed(theirs.get(detector)))
        rows.append(Row(detector, cells, detector))
    caption = f"{window_paper().source}{f' ({printed.name})' if printed else ''}, here {inputs.marked_targets(arm)}"
    yield Grid(caption, HEAD, tuple(rows)).without_empty_columns()
    yield from _flagging_all(printed)
    yield _against(inputs, arm)


def _cells(inputs: Inputs, arm: str | None, detector: str) -> list[Cell]:
    known = arm is not None and detector in inputs.suite.detectors_of(arm)
    if arm is None or not known:
        return [Cell()] * len(DECIDED)
    source = inputs.files.get((arm, detector), "")
    return [number_cell(inputs.estimate(arm, detector, measure), source) for measure in DECIDED]


def _printed(row: WindowRow | None) -> list[Cell]:
    if row is None:
        return [Cell()] * len(DECIDED)
    return [Cell(f"{each / 100:.4f}", "", each / 100) for each in (row.f1, row.precision, row.recall)]


def _flagging_all(printed: WindowTarget | None) -> Iterator[str]:
    if printed is None:
        return
    best = 100 * all_positive_f1(printed.share)
    no_better = [f"{row.method} {row.f1:.2f}" for row in printed.rows if row.f1 <= best + 0.5]
    yield (
        f"Flagging every window would give an F1 of {best:.2f} % in the paper's {printed.name}; what it prints at or "
        f"below that, within half a point: {', '.join(no_better) or 'nothing'}."
    )


def _against(inputs: Inputs, arm: str) -> str:
    """The method minus each of the simplest, and whether that is more than chance."""
    told = []
    for other in SIMPLE:
        if other in inputs.suite.detectors_of(arm):
            found = compare_detectors(inputs, arm, (METHOD, other), DECIDED[0])
            if found.value is not None:
                chance = {True: "more than chance", False: "no more than chance", None: "too few to say"}[found.told]
                told.append(f"{difference_words(found)} against {other} ({chance})")
    value = number_cell(_estimate(inputs, arm))
    return f"{METHOD} has F1 {value}: {'; '.join(told) or 'nothing to compare'}."


def _estimate(inputs: Inputs, arm: str) -> Estimate:
    return inputs.estimate(arm, METHOD, DECIDED[0])


def _misprints() -> Iterator[str]:
    """Rows of the paper that are not what they say."""
    told = [
        f"{row.method} on {target.name} ({row.precision:g} and {row.recall:g} give {row.harmonic_mean:.2f}, printed is "
        f"{row.f1:.2f})"
        for target in window_paper().targets
        for row in target.rows
        if not row.agrees
    ]
    yield (
        f"F1 is the harmonic mean of precision and recall. In {window_paper().source} it is not, beyond rounding, for "
        f"{'; '.join(told)}."
    )
