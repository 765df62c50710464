"""The file that a search writes its trials to, so that it can be interrupted, and is done once for all who want it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock


@contextmanager
def opened(path: Path) -> Iterator[JournalStorage]:
    """The storage of a search in a file; another process that wants it waits until this one lets go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = Path(f"{path}.lock")  # Optuna's own, for each write
    with FileLock(path.with_suffix(".lock")):
        lock.unlink(missing_ok=True)  # of a process that died while writing: nobody else can hold it now
        _cut_half_a_line(path)
        yield JournalStorage(JournalFileBackend(str(path), JournalFileOpenLock(str(path))))


def _cut_half_a_line(path: Path) -> None:
    """Take away what a process that died while writing left behind the last whole line."""
    if path.exists():
        os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
