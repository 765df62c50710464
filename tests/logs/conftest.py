"""A log of literal bytes, parsed in chunks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from crosslog import plugins
from crosslog.logs.parsing import Parser
from crosslog.logs.reading import chunks, members

DRAIN = {"depth": 4, "similarity": 0.4, "max_children": 100}
Parsed = tuple[pl.DataFrame, Parser]


def parse_files(paths: list[Path], name: str, chunk_bytes: int = 1 << 20, labels: dict | None = None) -> Parsed:
    line_format = plugins.load("logs.formats", name)()
    parser = Parser(line_format, plugins.build("logs.mining", "drain", DRAIN), labels or {})
    return pl.concat([parser.events(chunk) for chunk in chunks(members(paths), chunk_bytes)]), parser


@pytest.fixture
def parse() -> Callable[..., Parsed]:
    return parse_files


@pytest.fixture
def parse_bytes(tmp_path: Path) -> Callable[..., Parsed]:
    def parse(content: bytes, name: str, chunk_bytes: int = 1 << 20) -> Parsed:
        path = tmp_path / "some.log"
        path.write_bytes(content)
        return parse_files([path], name, chunk_bytes)

    return parse
