"""The files that every candidate reads: real lines of a mirror with their tags taken out, and where alerts are."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from itertools import islice
from pathlib import Path

from crosslog.atomic import replace_file

SOURCES = {"thunderbird_19k": "cfdr/thunderbird_19k.log.gz", "bgl_events": "cfdr/bgl_events.log.gz"}
NO_ALERT = "-"
VARIABLE = re.compile(r"0x[0-9a-f]+|[0-9a-f]*\d[0-9a-f]*", re.IGNORECASE)
MESSAGE_AT = {"thunderbird_19k": 8, "bgl_events": 9}  # words before the part of a line that says what happened
REPEAT_SECONDS = 2 * 60 * 60  # a repetition of thunderbird_19k, which takes 68 minutes, begins so much later
THUNDERBIRD_TIME = re.compile(r"^(\S+) (\d+) \d{4}\.\d\d\.\d\d (\S+) \w+ +\d+ [\d:]+ (.*)$")


@dataclass(frozen=True)
class BenchedLog:
    """The first lines of a system's log; where it has fewer, it is repeated, each time with later times.

    Attributes
    ----------
    system : a key of SOURCES
    lines : how many
    path : the plain file, every tag of which is NO_ALERT: no candidate can read a label
    raw : the lines as they are, with their tags
    """

    system: str
    lines: int
    path: Path
    raw: tuple[str, ...]

    @cached_property
    def alerts(self) -> dict[int, str]:
        """The type of each alert by the number of its line: its message without what differs from line to line."""
        words = MESSAGE_AT[self.system]
        return {
            number: VARIABLE.sub("*", line.split(" ", words)[-1])
            for number, line in enumerate(self.raw, start=1)
            if not line.startswith(f"{NO_ALERT} ")
        }


def lay_log(system: str, lines: int, mirror: Path, folder: Path) -> BenchedLog:
    """Write a log's file into a folder."""
    raw = tuple(islice(_extend(system, mirror / SOURCES[system]), lines))
    path = folder / f"{system}-{lines}.log"
    with replace_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{NO_ALERT} {line.partition(' ')[2]}\n" for line in raw)
    return BenchedLog(system, lines, path, raw)


def _extend(system: str, packed: Path) -> Iterator[str]:
    with gzip.open(packed, "rt", encoding="utf-8", errors="replace") as file:
        lines = [line.rstrip("\r\n") for line in file]
    yield from lines
    turn = 0
    while system == "thunderbird_19k":
        turn += 1
        yield from (_shift(line, turn * REPEAT_SECONDS) for line in lines)


def _shift(line: str, seconds: int) -> str:
    """A Thunderbird line, so many seconds later."""
    found = THUNDERBIRD_TIME.match(line)
    if found is None:
        return line
    tag, epoch, node, rest = found.groups()
    there = timezone(timedelta(hours=-8))  # of the machine that wrote it
    time = datetime.fromtimestamp(int(epoch) + seconds, there)
    return f"{tag} {int(epoch) + seconds} {time:%Y.%m.%d} {node} {time:%b %d %H:%M:%S} {rest}"
