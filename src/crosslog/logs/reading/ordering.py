"""The order in which files were written: a log's rotated files come oldest first.

- `syslog.3.gz`, `syslog.2.gz`, `syslog.1`, `syslog`: a number of up to three digits after a dot counts backwards in
  time, and the name without it is the newest. A padded number (`part.001`) is a split file's and counts forwards.
- `app.log-20240130.gz`, `app.log-20240131.gz`, `app.log`, or `app-20240130.log`, `app.log`: a date or a time stamp
  counts forwards, before the name without it.
- Everything else is in natural order: `part-9.log` before `part-10.log`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crosslog.logs.reading.unpacking import strip_packing

LONGEST_NAME = 255  # bytes of a file's name; an archive's member may claim any
_NUMBERED = re.compile(r"^(?P<base>.+)\.(?P<number>0|[1-9][0-9]{0,2})$")
_DATED = re.compile(
    r"^(?P<base>.+?)[._-](?P<date>(?:[0-9]{6}|[0-9]{4}-[0-9]{2}-[0-9]{2})[-_.:T0-9]*)(?P<ending>\.[A-Za-z]+)?$"
)

_Key = tuple[object, ...]


def sort_oldest_first(names: Iterable[str]) -> list[str]:
    """Names of files in the order in which rotation wrote them; folders, and logs in one folder, in natural order."""
    return sorted(names, key=_age)


def strip_rotation(name: str) -> str:
    """The log that a rotated or packed file belongs to: `log/syslog` of `log/syslog.2.gz`."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}{_take_apart(strip_packing(file))[0]}"


def _age(name: str) -> _Key:
    folder, _, file = name.rpartition("/")
    base, kind, number, date = _take_apart(strip_packing(file))
    return (*_natural(folder), *_natural(base), kind, number, *_natural(date), name)


def _take_apart(file: str) -> tuple[str, int, int, str]:
    if len(file) > LONGEST_NAME:
        return file, 2, 0, ""
    if found := _DATED.match(file):
        return found["base"] + (found["ending"] or ""), 0, 0, found["date"]
    if found := _NUMBERED.match(file):
        return found["base"], 1, -int(found["number"]), ""
    return file, 2, 0, ""


def _natural(text: str) -> _Key:
    """Comparable in natural order: text and numbers, by their length and their digits, by turns."""
    parts = re.split(r"([0-9]+)", text)
    return (tuple(_number(part) if place % 2 else part for place, part in enumerate(parts)),)


def _number(digits: str) -> tuple[int, str]:
    bare = digits.lstrip("0")
    return len(bare), bare
