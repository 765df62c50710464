"""What several people's labels of a system's lines agree on, in the terminal."""

from __future__ import annotations

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table

from crosslog.artifacts import ArtifactError, line_labels_path
from crosslog.cli.terminal import escape_markup, say
from crosslog.labelling import line_labels, people


def show_labels(system: str, limit: int) -> None:
    """Print how far each pair of annotators agrees (Cohen's kappa), and the lines that still need a person."""
    path = line_labels_path(system)
    if not path.exists():
        raise ArtifactError(f"{path} is not there: labels/README.md says what it holds")
    labels = line_labels.parse_annotations(path.read_bytes(), str(path))
    decided = people.merge_annotations(labels)
    Console().print(_agreement(system, people.measure_agreement(labels)))
    counted = decided.group_by("state").agg(
        lines=(pl.col("last_line") - pl.col("first_line") + 1).sum(), spans=pl.len()
    )
    for state, lines, spans in counted.sort("state").iter_rows():
        say(f"{state}: {lines:,} lines in {spans:,} spans")
    Console().print(_open(people.list_open_segments(decided).head(limit)))


def _agreement(system: str, pairs: pl.DataFrame) -> Table:
    table = Table("annotators", "lines both labelled", "agreed", "kappa", title=system, box=box.SIMPLE_HEAD)
    table.columns[0].overflow = "fold"
    for row in pairs.iter_rows(named=True):
        pair = escape_markup(f"{row['first']}, {row['second']}")
        table.add_row(pair, f"{row['lines']:,}", _number(row["agreed"]), _number(row["kappa"]))
    return table


def _open(segments: pl.DataFrame) -> Table:
    table = Table("lines", "state", "said", title="still needs a person", box=box.SIMPLE_HEAD)
    table.columns[2].overflow = "fold"
    for row in segments.iter_rows(named=True):
        table.add_row(f"{row['first_line']}-{row['last_line']}", row["state"], escape_markup(row["said"]))
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
