"""A file's bytes as they are read: counted, and refused when a small packed file swells without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from crosslog.logs.reading.problems import ReadingError

# Text that repeats one line for ever packs 1,000 : 1 in gzip at most, and real logs 10 to 50 : 1 (CFDR's Spirit 43).
MOST_SWELLING = 1_000
# Below this a high ratio does no harm: it is read in seconds and in bounded memory.
SMALL_ENOUGH = 1 << 30
BLOCK_BYTES = 1 << 20  # read at once


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
