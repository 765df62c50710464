"""A chunk of a log's lines, as bytes or as the place in a file where they stand, and as a frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from crosslog.logs.reading.problems import ReadingError, name_damage

# Longer lines are cut (cleaning.py): syslog allows 2 KiB (RFC 5424, 6.1), journald 48 KiB (LineMax).
LONGEST_LINE = 1 << 16
INLINE = 12  # bytes of a text that Arrow keeps in the view itself (columnar format, variable-size binary view)

_Words = npt.NDArray[np.uint32]
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slice:
    """Bytes of a plain file, to be read where they are needed."""

    path: Path
    offset: int
    size: int

    def read(self) -> bytes:
        """The bytes.

        Raises
        ------
        ReadingError
            If the file has become shorter or cannot be read.
        """
        with name_damage(self.path.name, self.path), self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(self.size)
        if len(data) != self.size:
            raise _changed(self.path)
        return data


def _changed(path: Path | str) -> ReadingError:
    return ReadingError(f"{path} was changed while it was read: read a copy, or a file that is not written to any more")


@dataclass(frozen=True)
class Chunk:
    """Whole lines of one or more members, in order."""

    number: int  # from 0
    first_line: int  # from 1, in the whole log
    data: bytes | Slice
    members: tuple[tuple[str, int], ...]  # name, how many of the lines
    starts: tuple[int, ...]  # position in the log's members of each of `members`
    unfinished: tuple[int, ...]  # lines, from 0, that had no newline
    consumed: int  # bytes of the log's files, packed as they are, read when it was cut

    @property
    def lines(self) -> int:
        """How many lines."""
        return sum(count for _, count in self.members)

    def text(self) -> bytes:
        """The lines, each ended by a newline."""
        data = self.data if isinstance(self.data, bytes) else self.data.read()
        return data if data.endswith(b"\n") else data + b"\n"

    def frame(self) -> pl.DataFrame:
        """Columns line (UInt64), member (String), member_number (UInt32) and raw (Binary), a row a line.

        A line of more than LONGEST_LINE bytes comes with one byte more than that.
        """
        raw = _split(self.text())
        if len(raw) != self.lines:
            raise _changed(self.data.path if isinstance(self.data, Slice) else self.members[0][0])
        line = pl.int_range(self.first_line, self.first_line + len(raw), dtype=pl.UInt64, eager=True).alias("line")
        return pl.DataFrame([line, raw]).select("line", *self._owners(), "raw")

    def _owners(self) -> list[pl.Expr]:
        """Name and number of each line's member; where all are of one, a text that is there once."""
        names, counts = zip(*self.members, strict=True)
        if len(names) == 1:
            return [pl.lit(names[0]).alias("member"), pl.lit(self.starts[0], dtype=pl.UInt32).alias("member_number")]
        owner = np.repeat(np.arange(len(counts)), counts)
        return [
            pl.lit(pl.Series("member", names, dtype=pl.String).gather(owner)),
            pl.lit(pl.Series("member_number", self.starts, dtype=pl.UInt32).gather(owner)),
        ]


def _split(data: bytes) -> pl.Series:
    """The lines as Arrow's views into `data`, which is neither copied nor changed."""
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    starts = _behind_nul(data, np.concatenate([[0], ends[:-1] + 1]))
    sizes = np.minimum(ends - starts, LONGEST_LINE + 1)
    buffers = [None, pa.py_buffer(_views(data, starts, sizes)), pa.py_buffer(data)]
    return pl.Series("raw", pa.Array.from_buffers(pa.binary_view(), len(ends), buffers))


def _behind_nul(data: bytes, starts: _Places) -> _Places:
    """The starts of lines, moved to the last of the NULs in front of them, as copy-truncate leaves them by the page."""
    content = np.frombuffer(data, dtype=np.uint8)
    led = np.flatnonzero(content[starts] == 0)
    if not len(led):
        return starts
    nul = np.flatnonzero(content[:-1] == 0)
    lasts = nul[content[nul + 1] != 0]  # of each run of them
    moved = starts.copy()
    moved[led] = lasts[np.searchsorted(lasts, starts[led])]
    return moved


def _views(data: bytes, starts: _Places, sizes: _Places) -> _Words:
    """Size, first four bytes, number of the buffer (0) and place in it; of a short line size and all bytes."""
    views = np.zeros((len(starts), 4), dtype=np.uint32)
    views[:, 0] = sizes
    views[:, 3] = starts
    long, short = np.flatnonzero(sizes > INLINE), np.flatnonzero(sizes <= INLINE)
    words: _Words = np.ndarray(max(len(data) - 3, 0), dtype=np.uint32, buffer=data, strides=(1,))  # at every byte
    views[long, 1] = words[starts[long]]
    places = np.minimum(starts[short, None] + np.arange(INLINE), len(data) - 1)
    texts = np.where(np.arange(INLINE) < sizes[short, None], np.frombuffer(data, dtype=np.uint8)[places], 0)
    views[short, 1:] = texts.astype(np.uint8).view(np.uint32)
    return views
