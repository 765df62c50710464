"""One log file, alone or in an archive, and what an archive may not hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crosslog.logs.reading.problems import ReadingError, place_of
from crosslog.logs.reading.source import Source
from crosslog.logs.reading.unpacking import unpacked, without_packing


@dataclass(frozen=True)
class Member:
    """One log file, alone or in an archive; `plain` where the lines are the bytes of the file at `path`."""

    name: str
    path: Path
    open: Callable[[], Source]
    plain: bool = False


def is_tar(name: str) -> bool:
    """Whether a name is that of a tar archive, packed or not."""
    return without_packing(name).lower().endswith(".tar")


def nested(name: str, path: Path, source: Source, size: int) -> Source:
    """What an archive's member of `size` bytes holds, unpacked as its name says.

    Raises
    ------
    ReadingError
        If it is an archive itself.
    """
    if name.lower().endswith(".zip") or is_tar(name):
        raise ReadingError(f"{place_of(name, path)} is an archive in an archive: unpack the outer one")
    return unpacked(name, path, source, size)


def inside(name: str, path: Path) -> str:
    """The name of an archive's member.

    Raises
    ------
    ReadingError
        If it leads out of the archive.
    """
    if re.match(r"[/\\]|[A-Za-z]:[/\\]", name) or ".." in re.split(r"[/\\]", name):
        raise ReadingError(
            f"{path.as_posix()} has a member named {name!r}, which leads out of the archive: made so with ill "
            f"intent or by mistake; pack it anew without"
        )
    return name
