"""A file's bytes as a stream: counted, unpacked by the file's ending, refused when they swell without end."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa
from isal import igzip

from crosslog.logs.reading.problems import ReadingError, describe_damage, name_place

# Text that repeats one line for ever packs 1,000 : 1 in gzip at most, and real logs 10 to 50 : 1 (CFDR's Spirit 43).
MOST_SWELLING = 1_000
# Below this a high ratio does no harm: it is read in seconds and in bounded memory.
SMALL_ENOUGH = 1 << 30
READ_BYTES = 1 << 20  # read at once


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; empty at the end."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


@dataclass
class Source:
    """A file's bytes, counted as they are read; `place` turns that count into bytes of the file on disk."""

    stream: Stream
    where: str
    place: Callable[[int], int]
    packed: int = 0  # size it is packed in; 0 where it is not packed
    count: int = 0
    closed: bool = False  # pyarrow asks

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, `size` of them but at the end.

        Raises
        ------
        ReadingError
            If there are more than SMALL_ENOUGH, and MOST_SWELLING times the size they are packed in.
        """
        block = self.stream.read(size)
        self.count += len(block)
        if self.packed and self.count > max(SMALL_ENOUGH, MOST_SWELLING * self.packed):
            raise ReadingError(
                f"{self.where} is packed in {self.packed:,} bytes and swells to more than {self.count:,}: that is no "
                f"log. If it is one after all, unpack it and name the unpacked file"
            )
        return block

    def readinto(self, buffer: memoryview, /) -> int:
        """The next bytes, put where isal wants them."""
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def on_disk(self) -> int:
        """How many bytes of the file on disk it has come to."""
        return self.place(self.count)

    def close(self) -> None:
        """Let go of the file."""
        self.closed = True
        self.stream.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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


def find_packing(name: str) -> str:
    """The ending that says how a file is packed; empty where it is not."""
    _, dot, ending = SHORT_FORMS.get(Path(name).suffix.lower(), name.lower()).rpartition(".")
    return dot + ending if dot + ending in PACKINGS else ""


def strip_packing(name: str) -> str:
    """The name of the file that comes out: `syslog.2` for `syslog.2.gz`, `logs.tar` for `logs.tgz`."""
    path = Path(name)
    whole = path.stem + SHORT_FORMS.get(path.suffix.lower(), path.suffix) if path.suffix else name
    return whole[: len(whole) - len(find_packing(name))]


def read_packing_time(path: Path) -> int:
    """When the file in a .gz was changed, in seconds since 1970 (RFC 1952, 2.3.1); 0 where it does not say."""
    if find_packing(path.name) != ".gz":
        return 0
    with path.open("rb") as file:
        head = file.read(8)
    return int.from_bytes(head[4:], "little") if len(head) == 8 else 0


def open_unpacked(path: Path) -> Source:
    """A file, unpacked as its ending says."""
    size = path.stat().st_size
    return unpack_source(path.name, path, Source(path.open("rb"), path.as_posix(), place=lambda count: count), size)


def unpack_source(name: str, path: Path, source: Source, size: int) -> Source:
    """What is in `source`, `size` bytes long, unpacked as the ending of `name` says.

    Raises
    ------
    ReadingError
        If it is packed and empty.
    """
    ending = find_packing(name)
    if not ending:
        return source
    if size == 0:
        raise describe_damage(
            name, path, "it is empty, and what was packed never is: was the disk full when it was written?"
        )
    return Source(_Both(PACKINGS[ending](source), source), name_place(name, path), lambda _: source.on_disk(), size)


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
