"""What a system's parsed events say of its templates beyond their text: when they come, and how severe they are."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import polars as pl

from crosslog import artifacts
from crosslog.artifacts import ArtifactError
from crosslog.detection.episodes.severity import SEVERITIES
from crosslog.detection.hints.buckets import Buckets, count_buckets, merge_buckets

SPREAD_COLUMNS = ["template_id", "time", "line", "level"]


class Spread(NamedTuple):
    """Events by stretch of the log; and by `key` of a template its template_id and the worst of its levels."""

    buckets: Buckets
    templates: pl.DataFrame


def load_spread(system: str) -> Spread:
    """The system's; empty where it is not parsed, or its artifacts cannot be read."""
    folder, table = artifacts.EVENTS.at(system=system), artifacts.TEMPLATES.at(system=system)
    if not (folder.exists() and table.exists()):
        return _spread_nothing()
    try:
        return _read_spread(system, folder.stat().st_mtime_ns, table.stat().st_mtime_ns)
    except ArtifactError:
        return _spread_nothing()


@lru_cache(maxsize=4)  # the page asks after every decision
def _read_spread(system: str, _folder_time: int, _table_time: int) -> Spread:
    counted, levels = [], []
    for part in artifacts.EVENTS.read_parts(SPREAD_COLUMNS, system=system):
        counted.append(count_buckets(part.with_columns(pl.col("time").dt.epoch("us"))))
        severity = pl.col("level").str.to_lowercase().replace_strict(SEVERITIES, default=None, return_dtype=pl.Int8)
        levels.append(part.group_by("template_id").agg(levels=severity.max()))
    worst = pl.concat(levels).group_by("template_id").agg(pl.col("levels").max())
    templates = artifacts.TEMPLATES.read(system=system).select("key", "template_id")
    return Spread(merge_buckets(counted), templates.join(worst, on="template_id", how="left"))


def _spread_nothing() -> Spread:
    schema = {"key": pl.String, "template_id": pl.UInt32, "levels": pl.Int8}
    return Spread(merge_buckets([]), pl.DataFrame(schema=schema))
