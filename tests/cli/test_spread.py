"""What parsed events say of a system's templates, where there are any."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from crosslog import artifacts, schemas
from crosslog.cli.review.spread import load_spread
from crosslog.detection.hints.bursts import measure_bursts

KEYS = ("a" * 16, "b" * 16)


def parsed(system: str, templates: list[int], levels: list[str | None]) -> None:
    """Events of two templates, one a line, without times."""
    rows = {"line": range(1, len(templates) + 1), "level": levels, "template_id": templates, "message_id": templates}
    kinds = {name: column.dtype.type for name, column in schemas.ParsedEvents.to_schema().columns.items()}
    kinds = {name: kind for name, kind in kinds.items() if name != "lines"}
    frame = pl.DataFrame(rows, schema_overrides={name: kinds[name] for name in rows}).with_columns(
        pl.lit(None, kind).alias(name) for name, kind in kinds.items() if name not in (*rows, "anomalous")
    )
    events = frame.with_columns(anomalous=pl.lit(value=False)).select(list(kinds))
    folder = artifacts.EVENTS.at(system=system)
    folder.mkdir(parents=True)
    for number, part in enumerate((events[:40], events[40:])):
        artifacts.EVENTS.write_part(folder, number, part)
    columns = {"template_id": [0, 1], "key": KEYS, "template": ["on", "off"], "example": ["on", "off"]}
    counts = {"count": [templates.count(0), templates.count(1)], "first_line": [1, 1]}
    kinds = {name: column.dtype.type for name, column in schemas.Templates.to_schema().columns.items()}
    artifacts.TEMPLATES.write(pl.DataFrame({**columns, **counts}, schema_overrides=kinds), system=system)


def test_bursts_and_the_worst_level_are_those_of_all_parts(workspace: Path) -> None:
    parsed("gears", [0] * 304 + [1] * 16, ["INFO"] * 20 + ["FATAL"] + ["odd"] * 283 + [None] * 16)
    found = load_spread("gears")
    assert found.templates.sort("key").rows() == [(KEYS[0], 0, 7), (KEYS[1], 1, None)]
    spread, burst = measure_bursts(found.buckets).sort("template_id")["crowding"]
    assert spread < 0.1
    assert burst > 0.85


def test_a_system_that_is_not_parsed_or_whose_parts_are_damaged_has_none(workspace: Path) -> None:
    assert load_spread("nowhere").templates.is_empty()
    parsed("belts", [0, 1] * 30, [None] * 60)
    next(artifacts.EVENTS.at(system="belts").glob("*.parquet")).write_bytes(b"damaged")
    assert load_spread("belts").templates.is_empty()
