"""Template quality on annotated logs: `python -m bench.grouping FOLDER`; writes reports/bench/grouping.md.

FOLDER holds loghub's files, each in a folder of its system or not: `<System>_2k.log_structured.csv`, or loghub-2.0's
`<System>_full.log_structured.csv`. Lines are read as distinct pairs of content and annotated event, with counts: every
parser gets the distinct contents in the order in which they were first seen.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from bench._peers import LISTS, PeerError, Peers
from crosslog import plugins
from crosslog.artifacts import write_text
from crosslog.logs.parsing.masking import mask_texts
from crosslog.settings import Settings

SUFFIXES = ("_2k.log_structured.csv", "_full.log_structured.csv")
COLUMNS = ("Content", "EventId")
HEAD = """# Template quality

GA: share of lines whose predicted group is exactly their true group (Zhu et al., ICSE-SEIP 2019). FGA: F1 of predicted
groups that are exactly a true one (Jiang et al., ISSTA 2024). crosslog masks contents and mines the distinct messages,
with params.yaml as it is; "Drain3", where it is installed, is TemplateMiner with its defaults and no masks, over
contents as they are and over crosslog's messages.

"""

Parser = Callable[[pl.DataFrame], Sequence[int]]


class Quality(NamedTuple):
    """How well groups of lines are the true ones."""

    grouping_accuracy: float
    f1: float


class Row(NamedTuple):
    """A system: its size and the quality of each parser."""

    system: str
    lines: int
    templates: int
    qualities: list[Quality]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the report and print it."""
    options = _options().parse_args(arguments)
    try:
        parsers = _parsers(Settings.load(options.params).miners)
        parsers |= _parsers_of_drain3(Peers(options.cache.resolve() / "peers", not options.skip_install))
        rows = [row(system, annotated(path), parsers) for system, path in files(options.folder, options.systems)]
    except ValueError as error:
        sys.exit(f"bench.grouping: {error}")
    text = report(rows, list(parsers))
    write_text(options.report, text)
    print(text)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.grouping", description=__doc__)
    parser.add_argument("folder", type=Path, help="annotated logs in loghub's layout")
    parser.add_argument("--systems", nargs="+", help="only these; all by default")
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument(
        "--skip-install", action="store_true", help="make no environment for Drain3; use it if it is there"
    )
    parser.add_argument("--cache", type=Path, default=Path("data/bench"), help="where that environment lies")
    parser.add_argument("--report", type=Path, default=Path("reports/bench/grouping.md"))
    return parser


def _parsers(blocks: Mapping[str, dict[str, Any]]) -> dict[str, Parser]:
    """Name -> what gives each row, of columns content, text and lines, a group."""
    return {
        "crosslog, Drain": lambda frame: _mined("drain", blocks["drain"], frame),
        "crosslog, FT-tree": lambda frame: _mined("ft_tree", blocks["ft_tree"], frame),
    }


def _mined(name: str, block: dict[str, object], frame: pl.DataFrame) -> list[int]:
    messages = frame.group_by("text", maintain_order=True).agg(pl.col("lines").sum())
    ids, _ = plugins.build("logs.mining", name, block).mine(messages["text"].to_list(), messages["lines"].to_list())
    return frame["text"].replace_strict(messages["text"], pl.Series(ids, dtype=pl.Int64)).to_list()


def _parsers_of_drain3(peers: Peers) -> dict[str, Parser]:
    """The same of Drain3, in an environment of its own; nothing where there is none."""
    try:
        python = peers.python("drain3")
    except PeerError as error:
        print(f"Drain3 is left out: {error}", file=sys.stderr)
        return {}
    return {
        "Drain3": lambda frame: _drain3(python, frame["content"]),
        "Drain3, masked": lambda frame: _drain3(python, frame["text"]),
    }


def _drain3(python: Path, texts: pl.Series) -> list[int]:
    distinct = texts.unique(maintain_order=True).to_list()
    command = [str(python), str(LISTS / "drain3_groups.py")]
    done = subprocess.run(command, input=json.dumps(distinct), check=True, stdout=subprocess.PIPE, text=True)
    ids = dict(zip(distinct, json.loads(done.stdout), strict=True))
    return [ids[text] for text in texts]


def files(folder: Path, systems: Sequence[str] | None) -> Iterator[tuple[str, Path]]:
    """Systems, in alphabetical order, and their annotated files."""
    found = {
        path.name.removesuffix(suffix) + (" (full)" if suffix == SUFFIXES[1] else ""): path
        for suffix in SUFFIXES
        for path in sorted([*folder.glob(f"*{suffix}"), *folder.glob(f"*/*{suffix}")])
    }
    if not found:
        raise ValueError(f"no {' or '.join(f'*{suffix}' for suffix in SUFFIXES)} in {folder} or its folders")
    known = {name.removesuffix(" (full)") for name in found}
    missing = sorted(set(systems or ()) - known)
    if missing:
        raise ValueError(f"{folder} has no {', '.join(missing)}; there are: {', '.join(sorted(known))}")
    return (pair for pair in sorted(found.items()) if not systems or pair[0].removesuffix(" (full)") in systems)


def annotated(path: Path) -> pl.DataFrame:
    """Distinct pairs in first-seen order: content, event (the true group), lines (how many), text (content masked)."""
    lines = pl.scan_csv(path, infer_schema=False, encoding="utf8-lossy", row_index_name="row")
    header = lines.collect_schema().names()
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise ValueError(f"{path} has no column {' or '.join(missing)}; it has: {', '.join(header[1:])}")
    pairs = lines.select("row", content=pl.col("Content").fill_null(""), event=pl.col("EventId").fill_null(""))
    pairs = pairs.group_by("content", "event").agg(row=pl.col("row").min(), lines=pl.len()).sort("row")
    distinct = pairs.drop("row").collect(engine="streaming")
    if distinct.is_empty():
        raise ValueError(f"{path} has a header but no lines")
    return distinct.with_columns(text=mask_texts(distinct["content"]))


def row(system: str, frame: pl.DataFrame, parsers: dict[str, Parser]) -> Row:
    """The quality of every parser on one system."""
    qualities = [quality(frame.with_columns(group=pl.Series(parser(frame)))) for parser in parsers.values()]
    return Row(system, int(frame["lines"].sum()), frame["event"].n_unique(), qualities)


def quality(frame: pl.DataFrame) -> Quality:
    """Of columns event, group and lines."""
    pairs = frame.group_by("event", "group").agg(pl.col("lines").sum())
    right = pairs.filter(pl.len().over("event") == 1, pl.len().over("group") == 1)
    precision, recall = len(right) / pairs["group"].n_unique(), len(right) / pairs["event"].n_unique()
    f1 = 2 * precision * recall / (precision + recall) if len(right) else 0.0
    return Quality(float(right["lines"].sum()) / float(pairs["lines"].sum()), f1)


def report(rows: Sequence[Row], parsers: Sequence[str]) -> str:
    """A table with a row per system and their mean."""
    names = [f"{parser}: GA | FGA" for parser in parsers]
    head = f"| system | lines | templates | {' | '.join(names)} |"
    lines = [head, "|---" * (head.count("|") - 1) + "|"]
    for system, count, templates, qualities in rows:
        lines.append(_line([system, f"{count:,}", f"{templates:,}"], qualities))
    columns = zip(*(row.qualities for row in rows), strict=True)
    means = [Quality(*(sum(values) / len(rows) for values in zip(*column, strict=True))) for column in columns]
    return HEAD + "\n".join([*lines, _line(["mean", "", ""], means)]) + "\n"


def _line(cells: Sequence[str], qualities: Sequence[Quality]) -> str:
    values = [f"{value:.3f}" for quality in qualities for value in quality]
    return f"| {' | '.join([*cells, *values])} |"


if __name__ == "__main__":
    main()
