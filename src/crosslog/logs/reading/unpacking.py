"""Packed files as streams of what is in them, by their ending."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from isal import igzip

from crosslog.logs.reading.problems import damaged, place_of
from crosslog.logs.reading.source import Source, Stream


def _gzip(stream: Any) -> Stream:
    return cast("Stream", igzip.IGzipFile(fileobj=stream, mode="rb"))  # type: ignore[no-untyped-call]


def _zstandard(stream: Any) -> Stream:
    return cast("Stream", pa.CompressedInputStream(stream, "zstd"))


PACKINGS: dict[str, Callable[[Any], Stream]] = {
    ".gz": _gzip,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": _zstandard,
}
SHORT_FORMS = {".tgz": ".tar.gz", ".tbz2": ".tar.bz2", ".txz": ".tar.xz", ".tzst": ".tar.zst"}


def packing(name: str) -> str:
    """The ending that says how a file is packed; empty where it is not."""
    _, dot, ending = SHORT_FORMS.get(Path(name).suffix.lower(), name.lower()).rpartition(".")
    return dot + ending if dot + ending in PACKINGS else ""


def without_packing(name: str) -> str:
    """The name of the file that comes out: `syslog.2` for `syslog.2.gz`, `logs.tar` for `logs.tgz`."""
    path = Path(name)
    whole = path.stem + SHORT_FORMS.get(path.suffix.lower(), path.suffix) if path.suffix else name
    return whole[: len(whole) - len(packing(name))]


def opened(path: Path) -> Source:
    """A file, unpacked as its ending says."""
    size = path.stat().st_size
    return unpacked(path.name, path, Source(path.open("rb"), path.as_posix(), place=lambda count: count), size)


def unpacked(name: str, path: Path, source: Source, size: int) -> Source:
    """What is in `source`, `size` bytes long, unpacked as the ending of `name` says.

    Raises
    ------
    ReadingError
        If it is packed and empty.
    """
    ending = packing(name)
    if not ending:
        return source
    if size == 0:
        raise damaged(name, path, "it is empty")
    return Source(_Both(PACKINGS[ending](source), source), place_of(name, path), lambda _: source.on_disk(), size)


@dataclass
class _Both:
    """A decompressor and what it reads from, closed together: decompressors leave that open."""

    outer: Stream
    inner: Source

    def read(self, size: int, /) -> bytes:
        return self.outer.read(size)

    def close(self) -> None:
        self.outer.close()
        self.inner.close()
