"""The files that hold a log's lines, alone or in archives, each opened as a stream.

A .zip's members come oldest first (finding.py). A .tar's come as they lie in it, since a packed one can only be read
forwards: taken one after another as `list_members` gives them, it is unpacked once; listed first, it is unpacked twice.
"""

from __future__ import annotations

import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from crosslog.logs.reading.finding import LeftOut, is_no_log
from crosslog.logs.reading.ordering import sort_oldest_first
from crosslog.logs.reading.problems import ReadingError, describe_damage, name_damage, name_place
from crosslog.logs.reading.unpacking import (
    READ_BYTES,
    Source,
    find_packing,
    open_unpacked,
    read_packing_time,
    strip_packing,
    unpack_source,
)

ENCRYPTED = 1  # bit of a zip entry's flags
TAR_BLOCK = 512


@dataclass(frozen=True)
class Member:
    """One log file, alone or in an archive; `plain` where the lines are the bytes of the file at `path`."""

    name: str
    path: Path
    open: Callable[[], Source]
    plain: bool = False
    changed: float = 0.0  # when, in seconds since 1970; of an archive's members when they were packed


def list_members(paths: Iterable[Path], left_out: list[LeftOut] | None = None) -> Iterator[Member]:
    """Every file, and every file in an archive; what of an archive is none is put into `left_out`.

    Raises
    ------
    ReadingError
        If an archive is damaged, or has a member whose name leads out of it, or two of one name that differ.
    """
    left_out = [] if left_out is None else left_out
    for path in paths:
        if path.suffix.lower() == ".zip":
            yield from _zip_members(path, left_out)
        elif _is_tar(path.name):
            yield from _Tar(path, left_out).members()
        else:
            yield _single(path)


def _single(path: Path) -> Member:
    with name_damage(path.name, path):
        changed = read_packing_time(path) or path.stat().st_mtime
    return Member(
        path.as_posix(), path, partial(open_unpacked, path), plain=not find_packing(path.name), changed=changed
    )


def _is_tar(name: str) -> bool:
    """Whether a name is that of a tar archive, packed or not."""
    return strip_packing(name).lower().endswith(".tar")


def _zip_members(path: Path, left_out: list[LeftOut]) -> Iterator[Member]:
    with name_damage(path.name, path):
        archive = zipfile.ZipFile(path)  # stays open for as long as its members are held
    entries = _zip_entries(archive, path, left_out)
    before = 0
    for name in sort_oldest_first(entries):
        changed = _zip_time(entries[name])
        yield Member(name, path, partial(_zip_member, archive, entries[name], before), changed=changed)
        before += entries[name].compress_size


def _zip_entries(archive: zipfile.ZipFile, path: Path, left_out: list[LeftOut]) -> dict[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = _check_name(entry.filename, path)
        before = entries.get(name)
        if reason := _why_none(name, stat.S_IFMT(entry.external_attr >> 16), stat.S_IFREG):
            left_out += [LeftOut(name_place(name, path), reason)] if not entry.is_dir() else []
        elif before and (before.CRC, before.file_size) != (entry.CRC, entry.file_size):
            raise _twice(name, path)
        elif before:
            left_out.append(LeftOut(name_place(name, path), "there twice, with the same content"))
        elif not entry.is_dir():
            entries[name] = entry
    return entries


def _why_none(name: str, kind: int, regular: int) -> str:
    """Why an archive's member is not read; empty where it is."""
    if kind not in (0, regular):
        return "a link, or no regular file"
    return "an editor's, a desktop's or a shipper's file" if is_no_log(name) else ""


def _twice(name: str, path: Path) -> ReadingError:
    return ReadingError(
        f"{path.as_posix()} has two members named {name!r}, which differ: unpack it, and name the files that are meant"
    )


def _zip_time(entry: zipfile.ZipInfo) -> float:
    try:
        return datetime(*entry.date_time, tzinfo=UTC).timestamp()
    except ValueError:  # a packer that writes no time writes a day 0
        return 0.0


def _check_name(name: str, path: Path) -> str:
    """The name of an archive's member; an error where it leads out of the archive."""
    if re.match(r"[/\\]|[A-Za-z]:[/\\]", name) or ".." in re.split(r"[/\\]", name):
        raise ReadingError(
            f"{path.as_posix()} has a member named {name!r}, which leads out of the archive: made so with ill "
            f"intent or by mistake; pack it anew without"
        )
    return name


def _zip_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, before: int) -> Source:
    path = Path(archive.filename or "")
    where = name_place(entry.filename, path)
    if entry.flag_bits & ENCRYPTED:
        raise ReadingError(f"{where} is encrypted: unpack it with its password and name the unpacked file")
    try:
        stream = archive.open(entry)
    except NotImplementedError as error:
        raise ReadingError(f"{where} is packed in a way that is not known here ({error}): pack it anew") from None
    source = Source(stream, where, partial(_zip_place, entry, before), entry.compress_size)
    return _unpack_member(entry.filename, path, source, entry.file_size)


def _unpack_member(name: str, path: Path, source: Source, size: int) -> Source:
    """What an archive's member of `size` bytes holds, unpacked as its name says; an error where that is an archive."""
    if name.lower().endswith(".zip") or _is_tar(name):
        raise ReadingError(f"{name_place(name, path)} is an archive in an archive: unpack the outer one")
    return unpack_source(name, path, source, size)


def _zip_place(entry: zipfile.ZipInfo, before: int, count: int) -> int:
    return before + entry.compress_size * count // max(entry.file_size, 1)


class _Tar:
    """A tar archive, read forwards; going back starts it anew."""

    def __init__(self, path: Path, left_out: list[LeftOut]) -> None:
        self._path = path
        self._left_out = left_out
        self._names: set[str] = set()
        self._packed = bool(find_packing(path.name))
        self._source: Source | None = None
        self._tar: tarfile.TarFile | None = None
        self._entry: tarfile.TarInfo | None = None
        self._number = -1  # of the entry that the archive stands at
        self._fresh = False  # whether nothing of that entry has been read

    def members(self) -> Iterator[Member]:
        """Every file in it, in its order; links, devices and folders are left out."""
        number = 0
        while (entry := self._entry_at(number)) is not None:
            name = _check_name(entry.name, self._path)
            reason = _why_none(name, 0 if entry.isreg() else 1, 0)
            if reason:
                self._left_out += [] if entry.isdir() else [LeftOut(name_place(name, self._path), reason)]
            else:
                if name in self._names:
                    raise _twice(name, self._path)
                self._names.add(name)
                yield Member(
                    _check_name(entry.name, self._path), self._path, partial(self._open, number), changed=entry.mtime
                )
            number += 1

    def _open(self, number: int) -> Source:
        if number == self._number and not self._fresh:
            self._number += 1  # behind it: start anew
        entry = self._entry_at(number)
        with name_damage(self._path.name, self._path):
            stream = entry and self._tar and self._tar.extractfile(entry)
        if not entry or not stream or not self._source:
            raise describe_damage(self._path.name, self._path, f"it had {number + 1} members, and has not now")
        self._fresh = False
        where, source = name_place(entry.name, self._path), self._source
        return _unpack_member(entry.name, self._path, Source(stream, where, lambda _: source.on_disk()), entry.size)

    def _entry_at(self, number: int) -> tarfile.TarInfo | None:
        with name_damage(self._path.name, self._path):
            if self._tar is None or number < self._number:
                self._start()
            while self._number < number and (self._number < 0 or self._entry):
                self._advance()
        return self._entry

    def _start(self) -> None:
        if self._source:
            self._source.close()
        self._source = open_unpacked(self._path)
        stream: Any = self._source
        self._tar = tarfile.open(fileobj=stream, mode="r|", bufsize=READ_BYTES)  # noqa: SIM115 - stays open
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
        while self._source.read(READ_BYTES):
            pass
        if self._source.count < end + TAR_BLOCK or not (self._packed or _is_blank(self._path, end)):
            raise describe_damage(
                self._path.name, self._path, f"what follows byte {end:,} is neither a member nor the end"
            )
        self._source.close()


def _is_blank(path: Path, start: int) -> bool:
    with path.open("rb") as file:
        file.seek(start)
        return not any(file.read(TAR_BLOCK))
