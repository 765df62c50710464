"""A log of literal bytes, parsed in chunks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from crosslog import plugins
from crosslog.logs.parsing.continuations import find_follower
from crosslog.logs.parsing.facts import Tally
from crosslog.logs.parsing.labels import LabelTable
from crosslog.logs.parsing.log import ParsedLog, show_examples
from crosslog.logs.parsing.passes import Completion, finish_chunk, read_chunk
from crosslog.logs.reading import cut_chunks, list_members

DRAIN = {"depth": 4, "similarity": 0.4, "max_children": 100, "look_over": True}
DRAIN |= {"few": 4, "many": 50, "longest": 9, "rare": 0.01}


@dataclass
class Parsed:
    """A log and what its parts add up to."""

    log: ParsedLog
    tally: Tally
    messages: pl.DataFrame
    templates: pl.DataFrame

    @property
    def remarks(self) -> pl.DataFrame:
        """Columns of schemas.Remarks."""
        self.log.remarks.merge(self.tally.remarks)
        self.tally.remarks = []
        return self.log.remarks.frame()


def parse_files(
    paths: list[Path],
    name: str,
    chunk_bytes: int = 1 << 20,
    *,
    labels: dict | None = None,
    lines: tuple | None = None,
    options: dict | None = None,
) -> tuple[pl.DataFrame, Parsed]:
    line_format, table = plugins.build("logs.formats", name, options or {}), label_table(name, labels)
    log, tally, read_chunks = ParsedLog(), Tally(), []
    for chunk in cut_chunks(list_members(paths), chunk_bytes, lines, find_follower(line_format)):
        frame, facts = read_chunk(chunk, line_format)
        read_chunks.append((frame, *log.add(facts)))
    messages, templates, _ = log.mine(plugins.build("logs.mining", "drain", DRAIN))
    template_of, events = messages["template_id"].to_numpy(), []
    first_year = log.find_first_year(line_format.first_year, max(path.stat().st_mtime for path in paths))
    for frame, ids, start in read_chunks:
        part, counted = finish_chunk(frame, Completion(ids, template_of[ids], start, first_year), line_format, table)
        events.append(part)
        tally.add(counted)
    return pl.concat(events), Parsed(log, tally, messages, show_examples(templates, tally))


def label_table(name: str, labels: dict | None) -> LabelTable:
    """Labels by session, or else those of the lines themselves."""
    source = "tag" if labels is None else "sessions"
    columns = {"session": pl.String, "kind": pl.String}
    return LabelTable(source, pl.DataFrame([*(labels or {}).items()], schema=columns, orient="row"))


@pytest.fixture
def parse() -> Callable[..., tuple[pl.DataFrame, Parsed]]:
    return parse_files


@pytest.fixture
def parse_bytes(tmp_path: Path) -> Callable[..., tuple[pl.DataFrame, Parsed]]:
    def parse(
        content: bytes, name: str, chunk_bytes: int = 1 << 20, options: dict | None = None
    ) -> tuple[pl.DataFrame, Parsed]:
        path = tmp_path / "some.log"
        path.write_bytes(content)
        return parse_files([path], name, chunk_bytes, options=options)

    return parse
