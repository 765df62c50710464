"""Template quality end to end: `python -m bench.grouping [FOLDER]`; writes reports/bench/grouping.md.

FOLDER holds loghub's annotated files, each in a folder of its system or not: `<System>_2k.log_structured.csv`, its
`_corrected.csv`, or loghub-2.0's `<System>_full.log_structured.csv`. Without a folder the truth is made: the simulated
systems know their own wordings. Lines go through the pipeline's own reading, masking and mining, with component and
level in their columns; a template is that of the line's row in `data/events/`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from bench._peers import LISTS, PeerError, Peers
from bench._quality import Quality, measure_quality
from bench._truth import TrueLog, find_annotated, make_truth, read_annotated
from crosslog import plugins
from crosslog.artifacts import write_text
from crosslog.logs.parsing.log import ParsedLog
from crosslog.logs.parsing.messages import Miner
from crosslog.logs.parsing.passes import read_chunk
from crosslog.logs.reading import cut_chunks, list_members
from crosslog.settings import Settings

NOTHING_READ = -1  # the group of a line without an event
HEAD = """# Template quality

Raw lines through the pipeline, with params.yaml as it is and nothing set for any system. GA: share of lines whose group
is exactly their true group. FGA: F1 of groups that are exactly a true one. PA: share of lines whose template is the
true one, but for case and blanks, a word with a variable in it being a variable. FTA: F1 of groups that are exactly a
true one and have its template. "plain tree" is Drain without looking over its clusters; "Drain3", where it is
installed, is TemplateMiner with its defaults over contents alone.

"""

Parser = Callable[[TrueLog], pl.DataFrame]  # columns group and, where there are templates, parsed; a row for each line


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
        settings = Settings.load(options.params)
        parsers = _parsers(settings.miners, settings.parse.chunk_bytes)
        if options.folder:
            parsers |= _parsers_of_drain3(Peers(options.cache.resolve() / "peers", not options.skip_install))
        rows = [measure_system(log, parsers) for log in _logs(options)]
    except ValueError as error:
        sys.exit(f"bench.grouping: {error}")
    text = write_report(rows, list(parsers))
    write_text(options.report, text)
    print(text)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.grouping", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="annotated logs in loghub's layout; else truth is made")
    parser.add_argument("--systems", nargs="+", help="only these of the folder; all by default")
    parser.add_argument("--lines", type=int, default=20_000, help="of each simulated system")
    parser.add_argument("--seed", type=int, default=7, help="of the simulated systems")
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument(
        "--skip-install", action="store_true", help="make no environment for Drain3; use it if it is there"
    )
    parser.add_argument("--cache", type=Path, default=Path("data/bench"), help="where that environment lies")
    parser.add_argument("--report", type=Path, default=Path("reports/bench/grouping.md"))
    return parser


def _logs(options: argparse.Namespace) -> Iterable[TrueLog]:
    if options.folder is None:
        return make_truth(options.lines, options.seed)
    return (read_annotated(system, path) for system, path in find_annotated(options.folder, options.systems))


def _parsers(blocks: Mapping[str, dict[str, Any]], chunk_bytes: int) -> dict[str, Parser]:
    drain = plugins.build("logs.mining", "drain", blocks["drain"])
    plain = plugins.build("logs.mining", "drain", {**blocks["drain"], "look_over": False})
    ft_tree = plugins.build("logs.mining", "ft_tree", blocks["ft_tree"])
    return {
        "crosslog, Drain": lambda log: parse_log(log, drain, chunk_bytes),
        "crosslog, plain tree": lambda log: parse_log(log, plain, chunk_bytes),
        "crosslog, FT-tree": lambda log: parse_log(log, ft_tree, chunk_bytes),
    }


def parse_log(log: TrueLog, miner: Miner, chunk_bytes: int) -> pl.DataFrame:
    """What stage parse says of each line: its template's id and wording."""
    parsed, chunks = ParsedLog(), []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "true.log")
        path.write_bytes(log.raw)
        for chunk in cut_chunks(list_members([path]), chunk_bytes, None):
            frame, facts = read_chunk(chunk, log.line_format)
            ids, _ = parsed.add(facts)
            chunks.append(frame.select("line", message_id=pl.Series(ids[frame["message"].to_numpy()])))
    messages, templates, _ = parsed.mine(miner)
    said = messages.select("message_id", "template_id").join(templates, on="template_id")
    events = pl.concat(chunks).join(said, on="message_id")
    events = events.select("line", group=pl.col("template_id").cast(pl.Int64), parsed=pl.col("template"))
    lines = pl.DataFrame({"line": pl.int_range(1, len(log.truth) + 1, dtype=pl.UInt64, eager=True)})
    found = lines.join(events, on="line", how="left", maintain_order="left")
    return found.select(pl.col("group").fill_null(NOTHING_READ), "parsed")


def _parsers_of_drain3(peers: Peers) -> dict[str, Parser]:
    """The same of Drain3, in an environment of its own; nothing where there is none."""
    try:
        python = peers.python("drain3")
    except PeerError as error:
        print(f"Drain3 is left out: {error}", file=sys.stderr)
        return {}
    return {"Drain3": lambda log: _drain3(python, log.truth["content"])}


def _drain3(python: Path, texts: pl.Series) -> pl.DataFrame:
    distinct = texts.unique(maintain_order=True).to_list()
    command = [str(python), str(LISTS / "drain3_groups.py")]
    done = subprocess.run(command, input=json.dumps(distinct), check=True, stdout=subprocess.PIPE, text=True)
    ids = dict(zip(distinct, json.loads(done.stdout), strict=True))
    return pl.DataFrame({"group": [ids[text] for text in texts]})


def measure_system(log: TrueLog, parsers: dict[str, Parser]) -> Row:
    """The quality of every parser on one system."""
    qualities = [
        measure_quality(pl.concat([log.truth.select("event", "template"), parser(log)], how="horizontal"))
        for parser in parsers.values()
    ]
    return Row(log.system, len(log.truth), log.truth["event"].n_unique(), qualities)


def write_report(rows: Sequence[Row], parsers: Sequence[str]) -> str:
    """A table for each parser, with a row per system and their mean."""
    tables = [_table(parser, rows, [row.qualities[place] for row in rows]) for place, parser in enumerate(parsers)]
    return HEAD + "\n".join(tables)


def _table(parser: str, rows: Sequence[Row], qualities: Sequence[Quality]) -> str:
    lines = [f"## {parser}", "", "| system | lines | templates | GA | FGA | PA | FTA |", "|---" * 7 + "|"]
    for row, quality in zip(rows, qualities, strict=True):
        lines.append(_line([row.system, f"{row.lines:,}", f"{row.templates:,}"], quality))
    means = Quality(*map(_mean, zip(*qualities, strict=True)))
    lowest = Quality(*map(_lowest, zip(*qualities, strict=True)))
    return "\n".join([*lines, _line(["mean", "", ""], means), _line(["lowest", "", ""], lowest)]) + "\n"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _lowest(values: Sequence[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _line(cells: Sequence[str], quality: Quality) -> str:
    values = ["-" if value is None else f"{value:.3f}" for value in quality]
    return f"| {' | '.join([*cells, *values])} |"


if __name__ == "__main__":
    main()
