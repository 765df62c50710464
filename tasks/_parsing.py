"""What stage parse does to one chunk, in whatever process: read it, and later finish it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from crosslog import artifacts
from crosslog.artifacts.unfinished import Unfinished
from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing import passes
from crosslog.logs.parsing.facts import Facts, Tally
from crosslog.logs.parsing.labels import LabelTable
from crosslog.logs.parsing.passes import Completion
from crosslog.logs.reading import Chunk, Slice
from crosslog.systems import LabelSource

LABELS = "labels.arrow"


class Reading(NamedTuple):
    """A chunk to read."""

    folder: Unfinished
    line_format: LineFormat
    chunk: Chunk


class Finishing(NamedTuple):
    """A chunk to finish."""

    folder: Unfinished
    line_format: LineFormat
    labels: LabelSource
    number: int
    completion: Completion


def read_once(reading: Reading) -> Facts:
    """Read a chunk, or take what an earlier run made of it."""
    folder, chunk = reading.folder, reading.chunk
    name = f"facts-{chunk.number:05d}.json"
    if not folder.has(name):
        frame, facts = passes.read_chunk(chunk, reading.line_format)
        folder.write_rows(f"chunk-{chunk.number:05d}.parquet", frame)
        folder.write_json(name, facts.as_json())  # last: where it is, the frame is
        folder.drop(name_spool(chunk.number))
        return facts
    return Facts.from_json(folder.read_json(name))


def spool_chunk(folder: Unfinished, chunk: Chunk) -> Chunk:
    """The chunk with its bytes in a file, for a worker in another process; a chunk that was read before needs none."""
    if isinstance(chunk.data, Slice):
        return chunk
    if folder.has(f"facts-{chunk.number:05d}.json"):
        return replace(chunk, data=b"")
    path = folder.write_bytes(name_spool(chunk.number), chunk.data)
    return replace(chunk, data=Slice(path, 0, len(chunk.data)))


def name_spool(number: int) -> str:
    """Where a chunk's bytes wait for a worker."""
    return f"spool-{number:05d}.log"


def finish_once(finishing: Finishing) -> Tally:
    """Write a chunk's events, or take what an earlier run made of it."""
    folder, number = finishing.folder, finishing.number
    tally_name, chunk = f"tally-{number:05d}.json", f"chunk-{number:05d}.parquet"
    if not folder.has(tally_name):
        frame = folder.read_rows(chunk)
        labels = LabelTable(finishing.labels, _label_frame(folder.at(LABELS)))
        events, tally = passes.finish_chunk(frame, finishing.completion, finishing.line_format, labels)
        artifacts.EVENTS.write_part(folder.folder, number, events)
        folder.write_json(tally_name, vars(tally))
        folder.drop(chunk)
        return tally
    return Tally(**folder.read_json(tally_name))


@lru_cache(maxsize=1)
def _label_frame(path: Path) -> pl.DataFrame:
    return pl.read_ipc(path).cast({pl.Categorical: pl.String})
