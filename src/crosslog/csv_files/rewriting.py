"""A file that people edit too, rewritten so that nobody's edit is lost: not another process's, and not an editor's."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from crosslog.csv_files import CsvError

logger = logging.getLogger(__name__)
TRIES = 20
SECONDS = 60  # to wait for another process; a rewrite takes a second or two
AT_CWD, EXCHANGE = -100, 2  # of renameat2(2) on Linux


def rewrite_file(path: Path, change: Callable[[bytes | None], bytes]) -> bytes:
    """Replace a file's content by what `change` makes of it, of None where there is no file; the new content.

    Processes that rewrite at once do so one after the other. A file that an editor saved in the meantime is read and
    changed anew, so `change` may be called several times and must depend on nothing but its argument.

    Raises
    ------
    CsvError
        If others keep changing the file; it is then as they left it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not beside it, since stages depend on that folder.
    lock = path.parent.with_name(".locks") / f"{path.parent.name}-{path.stem}.lock"
    lock.parent.mkdir(exist_ok=True)
    try:
        with FileLock(lock, timeout=SECONDS):
            for _ in range(TRIES):
                before = read_if_there(path)
                after = change(before)
                if before == after or _is_replaced(path, before, after):
                    return after
                logger.warning("%s was saved by somebody else in the meantime: it is read anew", path)
    except Timeout:
        raise CsvError(f"{path}: another crosslog has been writing it for {SECONDS} s: try again") from None
    raise CsvError(f"{path} changes faster than it can be written: close what writes it, then try again")


def read_if_there(path: Path) -> bytes | None:
    """The content of a file, or None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _is_replaced(path: Path, before: bytes | None, after: bytes) -> bool:
    """Put `after` in the file's place if it still is what `before` says; whether it was.

    Looking first and replacing then would lose what an editor saves in between. So the names of old and new are
    exchanged in one step, then the old file is looked at: if it is not what was read, they change back.
    """
    with _beside(path, after) as other:
        if before is None:
            return _is_created(path, other)
        if read_if_there(path) != before:
            return False
        _exchange(path, other)
        if other.read_bytes() == before:
            return True
        _exchange(path, other)
        if other.read_bytes() != after:  # saved once more, before the change back: that one is theirs too, and newer
            _exchange(path, other)
            _keep(path, other)
        return False


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    other = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        other.chmod(0o644)
        yield other
    finally:
        other.unlink(missing_ok=True)


def _is_created(path: Path, other: Path) -> bool:
    try:
        _link(path, other)
    except FileExistsError:
        return False
    return True


def _link(name: Path, file: Path) -> None:
    """Give a file one more name that nobody has yet; where the file system cannot, that to a copy of it."""
    try:
        name.hardlink_to(file)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(file, name)


def _keep(path: Path, other: Path) -> None:
    name = f"{path.name}.saved-meanwhile"
    places = (path.with_name(name if number == 1 else f"{name}-{number}") for number in count(1))
    kept = next(place for place in places if not place.exists())  # what was kept before is somebody's, too
    other.replace(kept)
    logger.warning("%s was saved twice while it was written: what was saved first is kept in %s", path, kept)


def _exchange(one: Path, other: Path) -> None:
    """Let two files have each other's name: in one step where the system can, else in three that follow at once."""
    rename = _renameat2()
    if rename is None or rename(AT_CWD, os.fsencode(one), AT_CWD, os.fsencode(other), EXCHANGE) != 0:
        third = other.with_name(f"{other.name}.old")
        _link(third, one)
        other.replace(one)
        third.replace(other)


def _renameat2() -> Any:
    """The C library's function, which Python has no name for; None where there is none."""
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
