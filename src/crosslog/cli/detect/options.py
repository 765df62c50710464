"""What `crosslog detect` was asked for, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crosslog.cli.detect.gathering import DetectError

AGO = re.compile(r"(?P<number>[0-9]{1,6}(?:\.[0-9]{1,6})?) ?(?P<unit>s|min|m|h|d|w)")
UNIT_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Asked:
    """The options.

    Attributes
    ----------
    paths : files, folders, globs, `-`
    title : the format to read them in, None to find it
    baseline : logs of a good day
    since : a time, or how long before the last event
    top : findings to show
    context : lines to show before and after each
    budget : tokens that the output may take, None for no limit
    system : name of the log's verdicts, None for that of its file
    state : folder of what is remembered, None for the user's
    """

    paths: tuple[str, ...]
    title: str | None = None
    baseline: tuple[str, ...] = ()
    since: str | None = None
    top: int = 10
    context: int = 1
    budget: int | None = None
    system: str | None = None
    state: Path | None = None


def parse_since(text: str, last: int | None) -> int:
    """Microseconds since 1970 of a time (ISO 8601, UTC where it names no zone), or of so long before the last event.

    Raises
    ------
    DetectError
        If it is neither, or no event has a time.
    """
    if last is None:
        raise DetectError(f"--since {text}: no line of this log has a time that its format knows; try another --as")
    if found := AGO.fullmatch(text.strip()):
        return last - round(float(found["number"]) * UNIT_SECONDS[found["unit"]] * MICROSECONDS)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise DetectError(
            f"--since {text}: neither a time, as 2026-03-01T12:00, nor a span before the log's end, as 90m, 2h or 3d"
        ) from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * MICROSECONDS)
