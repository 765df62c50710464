"""Numbers that papers print, to stand beside ours: published.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from crosslog.settings import Frozen, read_yaml


class Row(Frozen):
    """One row of a paper's table, in percent."""

    method: str
    setting: str
    precision: float
    recall: float
    f1: float


class Published(Frozen):
    """A paper's table for one experiment."""

    source: str
    target: str
    rows: tuple[Row, ...]


@cache
def published() -> dict[str, Published]:
    """Every experiment of published.yaml by its name in the paper."""
    content = read_yaml(Path(__file__).with_name("published.yaml"))
    return TypeAdapter(dict[str, Published]).validate_python(content)


def cell(experiment: str, detector: str) -> str:
    """The paper's F1, precision and recall of a method as fractions; one entry per setting it was printed for."""
    rows = [row for row in published()[experiment].rows if row.method == detector]
    setting = len(rows) > 1
    return "; ".join(
        f"{row.f1 / 100:.4f} ({row.precision / 100:.4f}, {row.recall / 100:.4f})" + f" {row.setting}" * setting
        for row in rows
    )
