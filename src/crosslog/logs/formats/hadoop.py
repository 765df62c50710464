"""Hadoop MapReduce container logs, as loghub has them (Lin et al., ICSE-SEIP 2016; Zhu et al., ISSRE 2023).

`yyyy-mm-dd hh:mm:ss,mmm LEVEL [THREAD] COMPONENT: MESSAGE`, times taken as UTC. Lines of a stack trace have none of it:
they are events with the time of the line before. The session is the application in the log's path; abnormal_label.txt
lists applications under their kind of failure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import NOTHING, LineFormat, part

_LINE = (
    r"^(?:(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3}) (?P<level>[A-Z]+) "
    r"\[.*?\] (?P<component>[^ :]+):(?: +|$))?"
    r"(?P<content>.*)$"
)
APPLICATION = r"(application_[0-9]+_[0-9]+)"
HEADING = re.compile(r"^([A-Z][a-z]+(?: [a-z]+)*):\s*$")


@dataclass(frozen=True)
class Hadoop(LineFormat):
    """Reads lines of Hadoop containers; applications are labelled in a file beside them."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": part("time")
        .str.to_datetime("%Y-%m-%d %H:%M:%S,%3f", time_unit="us", strict=False)
        .dt.replace_time_zone("UTC"),
        "node": NOTHING,
        "component": part("component"),
        "level": part("level"),
        "content": part("content"),
        "label": NOTHING,
        "session": pl.col("member").str.extract(APPLICATION),
    }
    carries_time: ClassVar[bool] = True
    label_file: ClassVar[str | None] = "abnormal_label.txt"

    def session_labels(self, text: str) -> dict[str, str | None]:
        """Application to the heading it stands under, such as `Disk full`; None where that is `Normal`."""
        labels: dict[str, str | None] = {}
        heading = None
        for line in text.splitlines():
            if found := HEADING.match(line):
                heading = found[1]
            elif application := re.search(APPLICATION, line):
                if application[1] in labels:
                    raise ValueError(f"{application[1]} is labelled twice")
                labels[application[1]] = _failure(heading, line)
        return labels


def _failure(heading: str | None, line: str) -> str | None:
    if heading is None:
        raise ValueError(f"{line.strip()!r} stands under no heading such as `Normal:`")
    return None if heading == "Normal" else heading
