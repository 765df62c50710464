"""reports/seconds.md: what each stage of each detector took here; it differs from run to run, so nothing keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crosslog.reporting._inputs import Inputs
from crosslog.reporting._published import Row, each_setting, paper_of, rows_of
from crosslog.reporting._tables import MISSING, Cell, Table, markdown

PHASES = {"train": "train", "adapt": "adapt", "test": "score"}  # what a phase is called in the table, and where timed


class Seconds:
    """Train, adapt and test seconds as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/seconds.md."""
        blocks = [
            "# Seconds",
            "Wall-clock seconds on the machine that ran each stage last, summed over seeds and episodes, and the same "
            "for one seed. Training, adapting and testing take vectors that were made before: those stand at the end. "
            "Testing scores support and query of every episode. A paper's seconds are of its own machine; it trains "
            "once, and tests on the queries of 20 episodes.",
        ]
        for name in inputs.suite.everything:
            blocks += _experiment(inputs, name)
        blocks += ["## Texts to vectors", *_embedding(inputs)]
        return {"seconds.md": "\n\n".join(blocks) + "\n"}


def _experiment(inputs: Inputs, name: str) -> Iterator[str]:
    experiment, detectors = inputs.suite.everything[name], inputs.suite.detectors_of(name)
    yield f"## {name}{inputs.condition(name)}"
    head = (*PHASES, *(f"{phase}, a seed" for phase in PHASES))
    rows = [(detector, _cells(inputs.seconds.get((name, detector), {}))) for detector in detectors]
    if experiment.published and experiment.labels == "own":
        source = paper_of(experiment.published).seconds
        head = (*head, *(f"{source}: {phase}" for phase in ("train", "test")))
        rows = [(detector, (*cells, *_printed(experiment.published, detector))) for detector, cells in rows]
    yield markdown(Table(name, head, tuple(rows)))
    untimed = [detector for detector in detectors if (name, detector) not in inputs.seconds]
    if untimed:
        yield (
            f"Not timed here: {', '.join(untimed)} (seconds are not cached; a result that DVC took from its cache "
            "has none)."
        )


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


def _train(row: Row) -> str:
    return f"{row.train:.4f}"


def _test(row: Row) -> str:
    return f"{row.test:.4f}"


def _embedding(inputs: Inputs) -> Iterator[str]:
    """What encoding the distinct texts of each system took."""
    rows = [
        (inputs.marked(system), (Cell(name, words=True), *_encoded(numbers)))
        for system in inputs.suite.systems
        for name, numbers in inputs.embedding_seconds.get(system, {}).items()
    ]
    if rows:
        yield "Distinct texts, those of them that no store knew and that were encoded, and the seconds of both."
        yield markdown(Table("", ("Representation and encoder", "Texts", "New", "Seconds"), tuple(rows), "System"))
    else:
        yield "Not timed here."


def _encoded(numbers: Mapping[str, float]) -> tuple[Cell, ...]:
    return Cell(f"{numbers['texts']:,}"), Cell(f"{numbers['new']:,}"), Cell(f"{numbers['seconds']:.2f}")
