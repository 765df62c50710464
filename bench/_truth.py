"""Logs whose templates are known: loghub's annotated files, and simulated systems, which know what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from crosslog import plugins
from crosslog.logs.line_format import LineFormat
from crosslog.logs.simulate import DIALECTS, simulate_lines
from crosslog.logs.simulate.slots import SLOT
from crosslog.logs.simulate.vocabulary import SERVICE, UPDATE, load_dialect

SUFFIXES = ("_2k.log_structured_corrected.csv", "_2k.log_structured.csv", "_full.log_structured.csv")
COLUMNS = ("Content", "EventId", "EventTemplate")
HEAD = ("Level", "Component")  # where a file has them
FORMATS = {"bgl": "bgl", "syslog": "cfdr_syslog"}
DAEMON = re.compile(r"^[^ ]+: ")


class TrueLog(NamedTuple):
    """Raw lines, how they are read, and of each line its content, its event and that event's template."""

    system: str
    raw: bytes
    line_format: LineFormat
    truth: pl.DataFrame


def find_annotated(folder: Path, systems: Sequence[str] | None) -> Iterator[tuple[str, Path]]:
    """Systems, in alphabetical order, and their annotated files; a corrected one goes before the other."""
    found = {
        path.name.removesuffix(suffix) + (" (full)" if suffix == SUFFIXES[-1] else ""): path
        for suffix in reversed(SUFFIXES)
        for path in sorted([*folder.glob(f"*{suffix}"), *folder.glob(f"*/*{suffix}")])
    }
    if not found:
        raise ValueError(f"no {' or '.join(f'*{suffix}' for suffix in SUFFIXES)} in {folder} or its folders")
    known = {name.removesuffix(" (full)") for name in found}
    missing = sorted(set(systems or ()) - known)
    if missing:
        raise ValueError(f"{folder} has no {', '.join(missing)}; there are: {', '.join(sorted(known))}")
    return (pair for pair in sorted(found.items()) if not systems or pair[0].removesuffix(" (full)") in systems)


def read_annotated(system: str, path: Path) -> TrueLog:
    """A log of lines with level, component and content, as a header of loghub's would be read."""
    frame = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy")
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise ValueError(f"{path} has no column {' or '.join(missing)}; it has: {', '.join(frame.columns)}")
    if frame.is_empty():
        raise ValueError(f"{path} has a header but no lines")
    empty = pl.lit("")
    head = [pl.col(name) if name in frame.columns else empty for name in HEAD]
    pieces = [piece.fill_null("").str.replace_all(r"\s+", " ") for piece in (*head, pl.col("Content"))]
    lines = frame.select(pl.concat_str(pieces, separator="\t")).to_series()
    truth = frame.select(
        content=pl.col("Content").fill_null(""), event=pl.col("EventId").fill_null(""), template=pl.col("EventTemplate")
    )
    line_format = plugins.load("logs.formats", "pattern")("<Level>\t<Component>\t<Content>")
    return TrueLog(system, "\n".join(lines).encode() + b"\n", line_format, truth)


def make_truth(lines: int, seed: int) -> Iterator[TrueLog]:
    """Every simulated system: an event is a wording, without the component and level that stand in front."""
    for name in DIALECTS:
        dialect = load_dialect(name)
        says = {said for concept in dialect.says for one in concept for said in one.split(UPDATE)}
        wordings = sorted(
            (said.removeprefix(SERVICE) for said in says), key=lambda said: (-len(SLOT.sub("", said)), said)
        )
        raw = b"".join(simulate_lines(name, lines, seed))
        known = [(re.compile(_pattern(wording)), _content(wording, dialect.line)) for wording in wordings]
        said = [_find(line, known) for line in raw.decode().splitlines()]
        truth = pl.DataFrame({"content": said, "event": said, "template": [SLOT.sub("<*>", one) for one in said]})
        yield TrueLog(f"{name} (simulated)", raw, plugins.load("logs.formats", FORMATS[dialect.line])(), truth)


def _constant_first(wording: str) -> tuple[int, str]:
    return -len(SLOT.sub("", wording)), wording


def _pattern(wording: str) -> str:
    return " " + r"\S+".join(map(re.escape, SLOT.split(wording)[::2])) + "$"


def _content(wording: str, line: str) -> str:
    return wording.split(" ", 2)[2] if line == "bgl" else DAEMON.sub("", wording)


def _find(line: str, known: Sequence[tuple[re.Pattern[str], str]]) -> str:
    return next(content for pattern, content in known if pattern.search(line))
