"""The CSV on the disk, rewritten so that nobody's edit is lost: not another process's, and not an editor's."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from crosslog.csv_files import CsvError
from crosslog.interpretation import table

TRIES = 20
SECONDS = 60  # to wait for another process; a rewrite takes a second or two


def load(path: Path) -> pl.DataFrame:
    """The rows in a file; none where there is no file."""
    return _frame(_content(path), path)


def rewrite(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Replace the rows in a file by what `change` makes of them; the new rows.

    Processes that rewrite at once do so one after the other. A file that an editor saved in the meantime is read and
    changed anew, so `change` may be called several times and must depend on nothing but its argument.

    Raises
    ------
    CsvError
        If the file cannot be read, or others keep changing it; it is then as they left it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.parent.with_name(".locks") / f"{path.stem}.lock"  # not beside it: stages depend on that folder
    lock.parent.mkdir(exist_ok=True)
    try:
        with FileLock(lock, timeout=SECONDS):
            for _ in range(TRIES):
                before = _content(path)
                after = change(_frame(before, path))
                if _replaced(path, before, table.formatted(after).encode()):
                    return after
    except Timeout:
        raise CsvError(f"{path}: another crosslog has been writing it for {SECONDS} s: try again") from None
    raise CsvError(f"{path} changes faster than it can be written: close what writes it, then try again")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _frame(content: bytes | None, path: Path) -> pl.DataFrame:
    return table.empty() if content is None else table.read(content, str(path))


def _replaced(path: Path, before: bytes | None, after: bytes) -> bool:
    """Put `after` in the file's place if it still is what `before` says; whether it was."""
    if before == after:
        return True
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
        temporary.chmod(0o644)
        if _content(path) != before:
            return False
        temporary.replace(path)
        return True
    finally:
        temporary.unlink(missing_ok=True)
