"""Literal lines, read by a format as the parser does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from crosslog import plugins
from crosslog.logs.line_format import FIELDS, LineFormat
from crosslog.logs.parsing.years import count_turns, place_in_years

MIRROR = {  # every log of the mirror: its format
    "bgl_events": "bgl",
    "thunderbird_19k": "cfdr_syslog",
    "hdfs_2percent": "hdfs",
    "hadoop": "hadoop",
    "hpc": "hpc",
    "android_2k": "pattern",
    "apache_2k": "pattern",
    "bgl_2k": "bgl",
    "bgl_2k_weak": "bgl",
    "hdfs_2k": "hdfs",
    "hpc_2k": "hpc",
    "hadoop_2k": "hadoop",
    "healthapp_2k": "pattern",
    "linux_2k": "syslog",
    "mac_2k": "syslog",
    "openssh_2k": "syslog",
    "openstack_2k": "openstack",
    "proxifier_2k": "pattern",
    "spark_2k": "pattern",
    "thunderbird_2k": "cfdr_syslog",
    "thunderbird_2k_weak": "cfdr_syslog",
    "windows_2k": "pattern",
    "zookeeper_2k": "pattern",
}
DATA = Path(__file__).parent / "data"
OPTIONS: dict[str, dict[str, Any]] = {  # what the samples in tests/data need
    "syslog": {"year": 2024},
    "jsonl": {"time": "time", "level": "log.level", "node": "host.name", "component": "log.logger", "session": "trace"},
    "pattern": {
        "pattern": r"<Date> <Time> <Level> \(<Node>\) <Component>(\[<PID>\])?: <Content>",
        "time_format": "%Y-%m-%d %H:%M:%S,%3f",
    },
}


def build(name: str, **options: Any) -> LineFormat:
    built: LineFormat = plugins.build("logs.formats", name, options)
    return built


def read(line_format: LineFormat, lines: list[str], member: str = "some.log") -> pl.DataFrame:
    frame = pl.DataFrame({"raw": lines}, schema={"raw": pl.String}).with_columns(member=pl.lit(member))
    frame = frame.with_columns(parts=line_format.parts)
    yearless = pl.lit(None, dtype=pl.Datetime("us", "UTC")) if line_format.yearless is None else line_format.yearless
    frame = frame.with_columns(yearless=yearless, **{name: line_format.columns[name] for name in FIELDS}).drop("parts")
    dated, _ = count_turns(frame.with_columns(line=pl.int_range(1, len(frame) + 1, dtype=pl.UInt64)))
    return place_in_years(dated, line_format.first_year or 2024).drop("line")


def sample(name: str) -> list[str]:
    return (DATA / f"{name}.log").read_text(encoding="utf-8").splitlines()


def row(name: str, line: str, **options: Any) -> dict[str, Any]:
    line_format = build(name, **options)
    return read(line_format, [line]).with_columns(kept=line_format.unlabelled, tag=line_format.tag).row(0, named=True)
