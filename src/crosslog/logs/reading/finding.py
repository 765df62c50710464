"""Which files a path means: all but those that are no logs of their own, and these with the reason why not.

What an editor, a desktop or a shipper leaves beside logs is left out, and so is what would be counted twice: a link to
a file that is read already, and a packed file beside the one that it was packed from.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crosslog.logs.reading.ordering import sort_oldest_first
from crosslog.logs.reading.problems import ReadingError
from crosslog.logs.reading.unpacking import READ_BYTES, Source, find_packing, open_unpacked, strip_packing

NO_LOG = re.compile(
    r"^(?:\.DS_Store|\._.*|\.nfs.*|Thumbs\.db|desktop\.ini|\.#.*|#.*#|.*~|.*\.(?:sw[a-p]|bak|part|part\.version))$",
    re.IGNORECASE,
)
NO_LOG_FOLDER = "__MACOSX"  # of a zip that macOS packed


@dataclass(frozen=True)
class LeftOut:
    """A file or a member that is not read, and why."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True)
class FoundFiles:
    """What a path means: the files to read, each log's oldest first, and those left out."""

    files: list[Path]
    left_out: list[LeftOut]


def find_files(path: str) -> list[Path]:
    """The files of `survey_files`."""
    return survey_files(path).files


def survey_files(path: str) -> FoundFiles:
    """The files that a path means: a file, all files under a folder, or those of a glob.

    Raises
    ------
    ReadingError
        If there are none, a folder may not be read, or a file and its packed twin differ.
    """
    place = Path(path)
    if place.is_file():
        return FoundFiles([place], [])
    found = list(_walk(place) if place.is_dir() else _expand(path))
    kept, left_out = _sift([Path(name) for name in sort_oldest_first(name.as_posix() for name in found)])
    if not kept:
        others = f" ({left_out[0]})" if left_out else ""
        raise ReadingError(
            f"{path} is no file, no folder with files and no glob that matches any{others}: correct the path"
        )
    return FoundFiles(kept, left_out)


def is_no_log(name: str) -> bool:
    """Whether a path is of a kind that editors, desktops and shippers leave beside logs."""
    folders, _, file = name.rpartition("/")
    return NO_LOG_FOLDER in folders.split("/") or bool(NO_LOG.match(file))


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder, through links too, each folder once."""
    seen: set[tuple[int, int]] = set()
    for name, folders, files in os.walk(folder, followlinks=True, onerror=_refuse):
        about = Path(name).stat()
        if (about.st_dev, about.st_ino) in seen:
            folders.clear()
            continue
        seen.add((about.st_dev, about.st_ino))
        folders.sort()
        yield from (Path(name, file) for file in files)


def _refuse(error: OSError) -> None:
    raise ReadingError(
        f"{error.filename} may not be read ({error.strerror}): give yourself the right, or name other files"
    )


def _expand(pattern: str) -> Iterator[Path]:
    """What a glob matches; glob itself passes over folders that may not be read."""
    steps = Path(pattern).parts
    wild = next((number for number, step in enumerate(steps) if glob.has_magic(step)), len(steps))
    for number in range(wild, len(steps)):
        parents = str(Path(*steps[:number])) if number else "."
        for folder in glob.glob(parents) if glob.has_magic(parents) else [parents]:  # noqa: PTH207
            if os.path.isdir(folder):  # noqa: PTH112 - as glob has it
                _check_readable(folder, deep=steps[number] == "**")
    yield from (Path(name) for name in glob.glob(pattern, recursive=True) if not Path(name).is_dir())  # noqa: PTH207


def _check_readable(folder: str, *, deep: bool) -> None:
    for _ in os.walk(folder, onerror=_refuse):
        if not deep:
            return


def _sift(paths: list[Path]) -> tuple[list[Path], list[LeftOut]]:
    left_out: list[LeftOut] = []
    kept: list[Path] = []
    for path in _without_links(paths, left_out):
        if is_no_log(path.as_posix()):
            left_out.append(LeftOut(path.as_posix(), "an editor's, a desktop's or a shipper's file"))
        else:
            kept.append(path)
    twins = {strip_packing(path.as_posix()): path for path in kept if not find_packing(path.name)}
    return [path for path in kept if not _is_twin(path, twins, left_out)], left_out


def _without_links(paths: list[Path], left_out: list[LeftOut]) -> Iterator[Path]:
    """Each file once: under its own name, before any link's."""
    owners: dict[tuple[int, int], Path] = {}
    for path in sorted(paths, key=os.path.islink):
        if path.is_symlink() and not path.exists():
            left_out.append(LeftOut(path.as_posix(), "a link to nothing"))
        elif path.is_file():
            about = path.stat()
            owner = owners.setdefault((about.st_dev, about.st_ino), path)
            if owner is not path:
                left_out.append(LeftOut(path.as_posix(), f"a link to {owner.as_posix()}, which is read"))
        else:
            left_out.append(LeftOut(path.as_posix(), "no regular file"))
    kept = set(owners.values())
    yield from (path for path in paths if path in kept)


def _is_twin(path: Path, twins: dict[str, Path], left_out: list[LeftOut]) -> bool:
    """Whether a packed file holds what the file beside it does, from which it was packed."""
    twin = twins.get(strip_packing(path.as_posix())) if find_packing(path.name) else None
    if twin is None:
        return False
    if not _hold_the_same(path, twin):
        raise ReadingError(
            f"{path.as_posix()} and {twin.as_posix()} are the same log by their names, and hold different lines: "
            f"remove the one that is not whole, or rename it"
        )
    left_out.append(LeftOut(path.as_posix(), f"the same as {twin.as_posix()}, which is read"))
    return True


def _hold_the_same(first: Path, second: Path) -> bool:
    with open_unpacked(first) as one, open_unpacked(second) as other:
        return all(block == _fill(other, len(block)) for block in _blocks(one)) and not other.read(1)


def _blocks(source: Source) -> Iterator[bytes]:
    yield from iter(lambda: source.read(READ_BYTES), b"")


def _fill(source: Source, size: int) -> bytes:
    """The next `size` bytes, however few are given at once."""
    parts: list[bytes] = []
    while size > 0 and (block := source.read(size)):
        parts.append(block)
        size -= len(block)
    return b"".join(parts)
