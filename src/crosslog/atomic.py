"""Writes that a reader never meets half done: a temporary name beside the place, then a rename."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """A temporary path that takes the place of `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the suffix of `path`: a reader that looks for all files with that suffix must not find this one.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with _name_full_disk(path):
            yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `folder` when the block ends without an error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with _name_full_disk(folder):
            yield temporary
        temporary.chmod(0o755)
        move_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _name_full_disk(path: Path) -> Iterator[None]:
    """An error that says what to do where the disk is full; polars gives the system's text without its number."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(error):
            message = f"no room on the disk for {path}: free some and run again, what was finished is kept"
            raise OSError(errno.ENOSPC, message) from None
        raise


def move_folder(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`, on the same disk; a kill at any moment leaves the old or the new one whole.

    Between its two renames the old one lies aside, where `restore_folder` finds it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    restore_folder(folder)
    while not _moved(new, folder):  # again where a reader has put the old one back in between
        _discard(_aside(folder))
        folder.replace(_aside(folder))
    _discard(_aside(folder))


def _moved(new: Path, folder: Path) -> bool:
    try:
        new.replace(folder)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def restore_folder(folder: Path) -> None:
    """Put the old folder back where a process was killed while it was replaced; else, nothing is done."""
    if not folder.exists():
        with suppress(OSError):  # nothing lies aside, or another process was quicker
            _aside(folder).replace(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _discard(aside: Path) -> None:
    """Remove what lies aside, under another name first: half of it must never be put back."""
    if aside.exists():
        temporary = Path(tempfile.mkdtemp(prefix=f"{aside.name}.", dir=aside.parent))
        aside.replace(temporary)
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: Path, text: str) -> Path:
    """Write a text atomically, as UTF-8 with Unix line ends."""
    with replace_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def write_json(path: Path, content: Mapping[str, Any]) -> Path:
    """Write a mapping atomically, a key a line."""
    return write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
