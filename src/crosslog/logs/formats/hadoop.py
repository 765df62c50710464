"""Hadoop MapReduce container logs, as loghub has them (Lin et al., ICSE-SEIP 2016; Zhu et al., ISSRE 2023).

`yyyy-mm-dd hh:mm:ss,mmm LEVEL [THREAD] COMPONENT: MESSAGE`, times taken as UTC. Lines of a stack trace have none of it:
they are events with the time of the line before; a line that begins with a date in some other way cannot be read. The
session is the application in the log's path; abnormal_label.txt lists applications under their kind of failure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from crosslog.logs.line_format import NOTHING, LineFormat, part
from crosslog.logs.times import DATED, parse_iso_time

_LINE = (
    r"^(?: *(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}) (?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:[,.](?P<fraction>[0-9]{1,6})[0-9]*)? +(?P<level>[A-Z]+) +\[.*?\] +(?P<component>[^ :]+):(?: +|$))?"
    r"(?P<content>.*)$"
)
APPLICATION = r"(application_[0-9]+_[0-9]+)"
LIKE_APPLICATION = re.compile(r"application[ _-]?[0-9]", re.IGNORECASE)
FAILURES = {heading: heading for heading in ("Machine down", "Network disconnection", "Disk full")}
KINDS: dict[str, str | None] = {"Normal": None, **FAILURES}


@dataclass(frozen=True)
class Hadoop(LineFormat):
    """Reads lines of Hadoop containers; applications are labelled in a file beside them."""

    parts: ClassVar[pl.Expr] = pl.col("raw").str.extract_groups(_LINE)
    columns: ClassVar[Mapping[str, pl.Expr]] = {
        "time": parse_iso_time(part("date"), part("clock"), part("fraction"), NOTHING),
        "node": NOTHING,
        "component": part("component"),
        "level": part("level"),
        "content": pl.when(part("date").is_not_null() | ~pl.col("raw").str.contains(DATED)).then(part("content")),
        "label": NOTHING,
        "session": pl.col("member").str.extract(APPLICATION),
    }
    carries_time: ClassVar[bool] = True
    label_file: ClassVar[str | None] = "abnormal_label.txt"

    def session_labels(self, text: str) -> dict[str, str | None]:
        """Application to the heading it stands under, such as `Disk full`; None where that is `Normal`."""
        labels: dict[str, str | None] = {}
        heading = None
        for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
            if line.endswith(":"):
                heading = _heading(line, number)
            elif LIKE_APPLICATION.search(line) or line.startswith("+"):
                application = _application(line, number)
                if application in labels:
                    raise ValueError(f"line {number}: {application} is labelled twice")
                if heading is None:
                    raise ValueError(f"line {number}: {line!r} stands under no heading such as `Normal:`")
                labels[application] = KINDS[heading]
        return labels


def _heading(line: str, number: int) -> str:
    heading = line.removesuffix(":")
    if heading not in KINDS:
        raise ValueError(f"line {number}: heading {heading!r} is not known; known are {', '.join(KINDS)}")
    return heading


def _application(line: str, number: int) -> str:
    if not (found := re.fullmatch(rf"(?:\+ *)?{APPLICATION}", line)):
        raise ValueError(f"line {number}: {line!r} is no application such as application_1500000000001_0001")
    return found[1]
