"""Tar archives, packed or not, as streams of their members in the order in which they lie there."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from crosslog.logs.reading.member import Member, inside, nested
from crosslog.logs.reading.problems import damaged, place_of, told
from crosslog.logs.reading.source import BLOCK_BYTES, Source
from crosslog.logs.reading.unpacking import opened, packing

TAR_BLOCK = 512


class Tar:
    """A tar archive, read forwards; going back starts it anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._packed = bool(packing(path.name))
        self._source: Source | None = None
        self._tar: tarfile.TarFile | None = None
        self._entry: tarfile.TarInfo | None = None
        self._number = -1  # of the entry that the archive stands at
        self._fresh = False  # whether nothing of that entry has been read

    def members(self) -> Iterator[Member]:
        """Every file in it, in its order; links, devices and folders are none."""
        number = 0
        while (entry := self._entry_at(number)) is not None:
            if entry.isreg():
                yield Member(inside(entry.name, self._path), self._path, partial(self._open, number))
            number += 1

    def _open(self, number: int) -> Source:
        if number == self._number and not self._fresh:
            self._number += 1  # behind it: start anew
        entry = self._entry_at(number)
        with told(self._path.name, self._path):
            stream = entry and self._tar and self._tar.extractfile(entry)
        if not entry or not stream or not self._source:
            raise damaged(self._path.name, self._path, f"it had {number + 1} members, and has not now")
        self._fresh = False
        where, source = place_of(entry.name, self._path), self._source
        return nested(entry.name, self._path, Source(stream, where, lambda _: source.on_disk()), entry.size)

    def _entry_at(self, number: int) -> tarfile.TarInfo | None:
        with told(self._path.name, self._path):
            if self._tar is None or number < self._number:
                self._start()
            while self._number < number and (self._number < 0 or self._entry):
                self._advance()
        return self._entry

    def _start(self) -> None:
        if self._source:
            self._source.close()
        self._source = opened(self._path)
        stream: Any = self._source
        self._tar = tarfile.open(fileobj=stream, mode="r|", bufsize=BLOCK_BYTES)  # noqa: SIM115 - stays open
        self._number = -1

    def _advance(self) -> None:
        assert self._tar is not None
        self._entry = self._tar.next()
        self._number += 1
        self._fresh = True
        if self._entry is None:
            self._finish(self._tar.offset)

    def _finish(self, end: int) -> None:
        """Whether the end is the end: tarfile takes a broken header for it, and leaves the last checksum unread."""
        assert self._source is not None
        while self._source.read(BLOCK_BYTES):
            pass
        if self._source.count < end + TAR_BLOCK or not (self._packed or _is_blank(self._path, end)):
            raise damaged(self._path.name, self._path, f"what follows byte {end:,} is neither a member nor the end")
        self._source.close()


def _is_blank(path: Path, start: int) -> bool:
    with path.open("rb") as file:
        file.seek(start)
        return not any(file.read(TAR_BLOCK))
