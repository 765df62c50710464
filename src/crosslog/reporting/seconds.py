"""What each stage of each detector took here; it differs from run to run, so nothing keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crosslog.reporting.document.chapter import MISSING, Cell, Chapter, ChapterBlock, Grid, Row, Section
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.papers.tables import PrintedRow, each_setting, paper_of, rows_of

PHASES = {"train": "train", "adapt": "adapt", "test": "score"}  # what a phase is called in the table, and where timed


def chapter(inputs: Inputs) -> Chapter:
    """Train, adapt and test seconds of every run, and those of encoding."""
    note = (
        "Wall-clock seconds on the machine that ran each stage last, summed over seeds and episodes, and the same "
        "for one seed. Training, adapting and testing take vectors that were made before: those stand at the end. "
        "Testing scores support and query of every episode. A paper's seconds are of its own machine; it trains "
        "once, and tests on the queries of 20 episodes."
    )
    sections = (_experiment(inputs, arm) for arm in inputs.suite.everything)
    return Chapter("Seconds", (note, *sections, Section("Texts to vectors", (_embedding(inputs),))), kept=False)


def _experiment(inputs: Inputs, arm: str) -> Section:
    experiment, detectors = inputs.suite.everything[arm], inputs.suite.detectors_of(arm)
    head = (*PHASES, *(f"{phase}, a seed" for phase in PHASES))
    rows = [Row(detector, _cells(inputs.seconds.get((arm, detector), {})), detector) for detector in detectors]
    if experiment.published and experiment.labels == "own":
        source = paper_of(experiment.published).seconds
        head = (*head, *(f"{source}: {phase}" for phase in ("train", "test")))
        rows = [row._replace(cells=(*row.cells, *_printed(experiment.published, row.name))) for row in rows]
    title = f"{inputs.name_of(arm)}{inputs.condition(arm)}"
    blocks: list[ChapterBlock] = [Grid("", head, tuple(rows))]
    if untimed := [detector for detector in detectors if (arm, detector) not in inputs.seconds]:
        blocks.append(
            f"Not timed here: {', '.join(untimed)} (seconds are not cached; a result that DVC took from its cache "
            "has none)."
        )
    return Section(title, tuple(blocks))


def _cells(spent: Mapping[str, Sequence[float]]) -> tuple[Cell, ...]:
    """Sums over seeds and episodes, and what falls to one seed: training is timed once for each."""
    sums = [sum(spent[phase]) if phase in spent else None for phase in PHASES.values()]
    seeds = len(spent.get("train", ()))
    one = [each / seeds if each is not None and seeds else None for each in sums]
    return tuple(Cell(MISSING if each is None else f"{each:.2f}") for each in (*sums, *one))


def _printed(experiment: str, detector: str) -> Iterator[Cell]:
    rows = [row for row in rows_of(experiment, [detector]) if row.train is not None]
    for text in (_train, _test):
        yield Cell(each_setting(rows, text) or MISSING)


def _train(row: PrintedRow) -> str:
    return f"{row.train:.4f}"


def _test(row: PrintedRow) -> str:
    return f"{row.test:.4f}"


def _embedding(inputs: Inputs) -> ChapterBlock:
    """What encoding the distinct texts of each system took."""
    rows = [
        Row(inputs.marked(system), (Cell(name, words=True), *_encoded(numbers)))
        for system in inputs.suite.logs
        for name, numbers in inputs.embedding_seconds.get(system, {}).items()
    ]
    caption = "Distinct texts, those of them that no store knew and that were encoded, and the seconds of both"
    head = ("Representation and encoder", "Texts", "New", "Seconds")
    return Grid(caption, head, tuple(rows), "System") if rows else "Not timed here."


def _encoded(numbers: Mapping[str, float]) -> tuple[Cell, ...]:
    return Cell(f"{numbers['texts']:,}"), Cell(f"{numbers['new']:,}"), Cell(f"{numbers['seconds']:.2f}")
