"""Raw bytes as numbered lines: plain, .gz and .zip files in order, in chunks of whole lines."""

from __future__ import annotations

import glob
import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import polars as pl
import pyarrow as pa

NEWLINE = 10
BLOCK_BYTES = 1 << 20


class ReadingError(ValueError):
    """A file is missing, cut short or not what its ending says."""


class Stream(Protocol):
    """What a member's bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; empty at the end."""
        ...


@dataclass(frozen=True)
class Member:
    """One log file, alone or in an archive."""

    name: str
    path: Path
    open: Callable[[], AbstractContextManager[Stream]]


@dataclass
class Chunk:
    """Whole lines of one or more members, in order; `data` ends with a newline."""

    data: bytes
    members: list[tuple[str, int]]  # name, how many of the lines
    starts: list[int]  # position in the log's members of each of `members`
    unfinished: list[int] = field(default_factory=list)  # lines, from 0, that had no newline

    def frame(self, first_line: int) -> pl.DataFrame:
        """Columns line (UInt64), member (String), member_number (UInt32) and raw (Binary), a row a line."""
        raw = self._lines()
        counts = [count for _, count in self.members]
        owner = np.repeat(np.arange(len(counts)), counts)
        return pl.DataFrame(
            {
                "line": np.arange(first_line, first_line + len(raw), dtype=np.uint64),
                "member": pl.Series([name for name, _ in self.members], dtype=pl.String).gather(owner),
                "member_number": np.asarray(self.starts, dtype=np.uint32)[owner],
                "raw": raw,
            }
        )

    def _lines(self) -> pl.Series:
        ends = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == NEWLINE)
        offsets = np.zeros(len(ends) + 1, dtype=np.int64)
        offsets[1:] = ends - np.arange(len(ends))
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.data.replace(b"\n", b""))]
        return pl.Series("raw", pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(ends), buffers))


def find(path: str) -> list[Path]:
    """The files that a path means: a file, all files under a folder, or those of a glob; in name order.

    Raises
    ------
    ReadingError
        If there are none.
    """
    place = Path(path)
    names = place.rglob("*") if place.is_dir() else map(Path, glob.glob(path, recursive=True))  # noqa: PTH207
    found = sorted(name for name in names if name.is_file())
    if not found:
        raise ReadingError(
            f"{path} is no file, no folder with files and no glob that matches any: correct systems.yaml"
        )
    return found


def members(paths: Iterable[Path]) -> Iterator[Member]:
    """Every file, and every file in an archive in name order.

    Raises
    ------
    ReadingError
        If a .zip is not one.
    """
    for path in paths:
        if path.suffix == ".zip":
            yield from _zip_members(path)
        elif path.suffix == ".gz":
            yield Member(path.as_posix(), path, partial(_unpacked, path))
        else:
            yield Member(path.as_posix(), path, partial(_plain, path))


def _unpacked(path: Path) -> gzip.GzipFile:
    return gzip.GzipFile(path, "rb")


def _plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _zip_members(path: Path) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(path)  # stays open for as long as its members are held
    except zipfile.BadZipFile as error:
        raise ReadingError(_damaged(path, path.name, error)) from None
    for name in sorted(entry.filename for entry in archive.infolist() if not entry.is_dir()):
        yield Member(name, path, partial(archive.open, name))


def chunks(logs: Iterable[Member], chunk_bytes: int) -> Iterator[Chunk]:
    """Whole lines of about `chunk_bytes`; a member's last line gets the newline that it may lack.

    Raises
    ------
    ReadingError
        If a compressed file is cut short or damaged.
    """
    pieces: list[bytes] = []
    chunk = Chunk(b"", [], [])
    for number, member in enumerate(logs):
        for piece, finished in _whole_lines(member, chunk_bytes):
            pieces.append(piece)
            chunk.members.append((member.name, piece.count(b"\n")))
            chunk.starts.append(number)
            if not finished:
                chunk.unfinished.append(sum(count for _, count in chunk.members) - 1)
            if sum(map(len, pieces)) >= chunk_bytes:
                chunk.data = b"".join(pieces)
                yield chunk
                pieces, chunk = [], Chunk(b"", [], [])
    if pieces:
        chunk.data = b"".join(pieces)
        yield chunk


def _whole_lines(member: Member, chunk_bytes: int) -> Iterator[tuple[bytes, bool]]:
    tail = b""
    for block in _blocks(member, chunk_bytes):
        whole, newline, rest = (tail + block).rpartition(b"\n")
        if newline:
            yield whole + newline, True
        tail = rest
    if tail:
        yield tail + b"\n", False


def _blocks(member: Member, chunk_bytes: int) -> Iterator[bytes]:
    try:
        with member.open() as stream:
            while block := stream.read(min(chunk_bytes, BLOCK_BYTES)):
                yield block
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
        raise ReadingError(_damaged(member.path, member.name, error)) from None


def _damaged(path: Path, name: str, error: Exception) -> str:
    where = path.as_posix() if name in (path.name, path.as_posix()) else f"{name} in {path.as_posix()}"
    return f"{where} is cut short or damaged ({error}): remove {path} and fetch it again"


def read_text(member: Member) -> str:
    """The whole of a small member, as UTF-8."""
    return b"".join(_blocks(member, BLOCK_BYTES)).decode("utf-8")
