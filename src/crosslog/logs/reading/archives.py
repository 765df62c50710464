"""The files that hold a log's lines, alone or in archives, each opened as a stream.

A .zip's members come oldest first (rotation.py). A .tar's come as they lie in it, since a packed one can only be read
forwards: taken one after another as `members` gives them, it is unpacked once; listed first, it is unpacked twice.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from crosslog.logs.reading.member import Member, inside, is_tar, nested
from crosslog.logs.reading.problems import ReadingError, place_of, told
from crosslog.logs.reading.rotation import oldest_first
from crosslog.logs.reading.source import Source
from crosslog.logs.reading.tars import Tar
from crosslog.logs.reading.unpacking import opened, packing

ENCRYPTED = 1  # bit of a zip entry's flags


def members(paths: Iterable[Path]) -> Iterator[Member]:
    """Every file, and every file in an archive.

    Raises
    ------
    ReadingError
        If an archive is damaged, or has a member whose name leads out of it.
    """
    for path in paths:
        if path.suffix.lower() == ".zip":
            yield from _zip_members(path)
        elif is_tar(path.name):
            yield from Tar(path).members()
        else:
            yield Member(path.as_posix(), path, partial(opened, path), plain=not packing(path.name))


def _zip_members(path: Path) -> Iterator[Member]:
    with told(path.name, path):
        archive = zipfile.ZipFile(path)  # stays open for as long as its members are held
    entries = {inside(entry.filename, path): entry for entry in archive.infolist() if not entry.is_dir()}
    before = 0
    for name in oldest_first(entries):
        yield Member(name, path, partial(_zip_member, archive, entries[name], before))
        before += entries[name].compress_size


def _zip_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, before: int) -> Source:
    path = Path(archive.filename or "")
    where = place_of(entry.filename, path)
    if entry.flag_bits & ENCRYPTED:
        raise ReadingError(f"{where} is encrypted: unpack it with its password and name the unpacked file")
    try:
        stream = archive.open(entry)
    except NotImplementedError as error:
        raise ReadingError(f"{where} is packed in a way that is not known here ({error}): pack it anew") from None
    source = Source(stream, where, partial(_zip_place, entry, before), entry.compress_size)
    return nested(entry.filename, path, source, entry.file_size)


def _zip_place(entry: zipfile.ZipInfo, before: int, count: int) -> int:
    return before + entry.compress_size * count // max(entry.file_size, 1)
