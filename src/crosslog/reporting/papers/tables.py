"""Numbers that papers print, to stand beside ours: published.yaml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from crosslog.settings import Frozen, read_yaml


class PrintedRow(Frozen):
    """One row of a paper's table: a method, and the experiment that it is; in percent, and seconds where printed."""

    name: str = ""
    method: str
    experiment: str
    setting: str
    precision: float
    recall: float
    f1: float
    train: float | None = None
    test: float | None = None

    @property
    def shares(self) -> tuple[float, float, float]:
        """Precision, recall and F1 as fractions."""
        return self.precision / 100, self.recall / 100, self.f1 / 100


class PrintedAblations(Frozen):
    """What a paper takes away from its method, or changes in it."""

    source: str
    rows: tuple[PrintedRow, ...]


class Published(Frozen):
    """What a paper prints of one of its main experiments; `seconds` is the table that train and test stand in."""

    target: str
    source: str
    seconds: str
    rows: tuple[PrintedRow, ...]
    ablations: PrintedAblations


@cache
def published() -> dict[str, Published]:
    """Every main experiment of published.yaml by its name in the paper."""
    content = read_yaml(Path(__file__).parents[1] / "published.yaml")
    return TypeAdapter(dict[str, Published]).validate_python(content)


def ablation_names() -> set[str]:
    """What papers call the experiments that only take something away from a main one."""
    ablated = {row.experiment for paper in published().values() for row in paper.ablations.rows}
    return ablated - set(published())


def paper_of(experiment: str) -> Published:
    """The main experiment that one of the paper belongs to; KeyError lists the known ones."""
    known: dict[str, Published] = {}
    for name, paper in published().items():
        known |= dict.fromkeys((name, *(row.experiment for row in (*paper.rows, *paper.ablations.rows))), paper)
    if experiment not in known:
        raise KeyError(f"published.yaml has no experiment {experiment!r}; known: {', '.join(known)}")
    return known[experiment]


def rows_of(experiment: str, methods: Sequence[str]) -> list[PrintedRow]:
    """The paper's rows of some methods in an experiment; a main one's have those from each single source among them."""
    paper = paper_of(experiment)
    main = paper.rows if paper is published().get(experiment) else _of(paper.rows, experiment)
    return [row for row in (*main, *_of(paper.ablations.rows, experiment)) if row.method in methods]


def _of(rows: Sequence[PrintedRow], experiment: str) -> list[PrintedRow]:
    return [row for row in rows if row.experiment == experiment]


def sources_of(experiment: str, methods: Sequence[str]) -> list[str]:
    """The tables that these rows stand in."""
    paper, rows = paper_of(experiment), rows_of(experiment, methods)
    blocks = ((paper.source, paper.rows), (paper.ablations.source, paper.ablations.rows))
    return [source for source, block in blocks if any(row in block for row in rows)]


def printed_cell(experiment: str, detector: str) -> str:
    """The paper's F1, precision and recall of a method as fractions; one entry per setting it was printed for."""
    return each_setting(
        rows_of(experiment, [detector]),
        lambda row: "{2:.4f} ({0:.4f}, {1:.4f})".format(*row.shares),
    )


def each_setting(rows: Sequence[PrintedRow], text: Callable[[PrintedRow], str]) -> str:
    """What `text` makes of each row, with its setting where there are several."""
    return "; ".join(text(row) + f" {row.setting}" * (len(rows) > 1) for row in rows)
