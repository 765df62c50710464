"""The whole lines of one member, if it is text: block by block, in memory that no line can exhaust."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from crosslog.logs.reading.archives import Member
from crosslog.logs.reading.chunk import LONGEST_LINE
from crosslog.logs.reading.problems import ReadingError, name_damage, name_place
from crosslog.logs.reading.unpacking import READ_BYTES

NEWLINE = 10
SCREENED_BYTES = 1 << 16
FEWEST_BYTES = 512  # of less, shares say nothing
# Bytes at random hold 10 % of them, programs more, text none; a terminal's colours (ESC) are not counted.
MOST_CONTROL = 0.05
CONTROL = np.isin(np.arange(256), [*range(9), *range(14, 27), *range(28, 32), 127])
RUN_OF_NUL = re.compile(rb"\0{2,}")  # counts once: a machine that lost its power leaves pages of NUL in its logs
MAGIC = {
    b"\x1f\x8b\x08": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ\0": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"PK\x03\x04": ".zip",
}
# UTF-32 first: its little-endian mark begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@dataclass(frozen=True)
class Piece:
    """Whole lines; `data` ends with a newline."""

    data: bytes
    offset: int  # in the unpacked member
    lines: int
    on_disk: int  # bytes of the file on disk read so far
    whole: bool = True  # whether `data` is what the member has there, but for a last newline
    finished: bool = True  # whether the member has that newline

    def cut_at(self, size: int, lines: int) -> tuple[Piece, Piece | None]:
        """Its lines up to the one that fills `size` bytes, or to its line `lines`, and the others if there are any."""
        end = self.data.find(b"\n", max(size, 1) - 1) + 1 or len(self.data)
        count = self.lines if end == len(self.data) else _count_newlines(self.data[:end])
        if count > lines:
            return self.cut_behind(lines)
        return self._cut(end, count) if end < len(self.data) else (self, None)

    def cut_behind(self, lines: int) -> tuple[Piece, Piece | None]:
        """Its first `lines` lines, at least one, and the others if there are any."""
        if lines >= self.lines:
            return self, None
        ends = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == NEWLINE)
        return self._cut(int(ends[lines - 1]) + 1, lines)

    def _cut(self, end: int, lines: int) -> tuple[Piece, Piece]:
        first = replace(self, data=self.data[:end], lines=lines, finished=True)
        return first, replace(self, data=self.data[end:], lines=self.lines - lines, offset=self.offset + end)


def _count_newlines(data: bytes) -> int:
    """How many newlines; twice as fast as `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == NEWLINE))


def read_pieces(member: Member) -> Iterator[Piece]:
    """All lines of a member; of a line longer than a block only the start is kept, a byte more than LONGEST_LINE.

    Raises
    ------
    ReadingError
        If it cannot be read, is packed and damaged, or is no text.
    """
    with name_damage(member.name, member.path), member.open() as source:
        block = source.read(READ_BYTES)
        offset = _find_text_start(block, name_place(member.name, member.path))
        tail, dropped, block = b"", 0, block[offset:]
        while block:
            body = tail + block
            end = body.rfind(b"\n") + 1
            if end:
                yield Piece(body[:end], offset, _count_newlines(body[:end]), source.on_disk(), whole=not dropped)
                offset, dropped = offset + end + dropped, 0
            tail = _without_nul(body[end:])[: LONGEST_LINE + 1]
            dropped += len(body) - end - len(tail)
            block = source.read(READ_BYTES)
        if tail:
            yield Piece(tail + b"\n", offset, 1, source.on_disk(), whole=not dropped, finished=False)


def _without_nul(line: bytes) -> bytes:
    """A line with one NUL of those in front, if there are any: nothing else may be left of it once it is cut."""
    bare = line.lstrip(b"\0")
    return line[len(line) - len(bare) - 1 :] if len(bare) < len(line) - 1 else line


def _find_text_start(block: bytes, where: str) -> int:
    """Where the text begins in a file's first bytes: behind the mark of UTF-8, if it has one.

    An error where they are UTF-16 or UTF-32, or hold more control characters than any text.
    """
    for mark, encoding in MARKS.items():
        if block.startswith(mark):
            raise ReadingError(
                f"{where} is {encoding}, and lines are read as UTF-8: convert it, as with "
                f"`iconv -f {encoding} -t UTF-8 OLD > NEW`, and name the new file"
            )
    if packing := next((name for magic, name in MAGIC.items() if block.startswith(magic)), None):
        raise ReadingError(
            f"{where} is packed, as {packing} does it, and its name does not say so: give it that ending, or unpack it"
        )
    share = _control_share(block[:SCREENED_BYTES])
    if share > MOST_CONTROL:
        raise ReadingError(
            f"{where} looks binary ({share:.0%} of its first bytes are control characters): it is no log, or packed in "
            f"a way that its ending does not say"
        )
    return len(codecs.BOM_UTF8) if block.startswith(codecs.BOM_UTF8) else 0


def _control_share(block: bytes) -> float:
    block = RUN_OF_NUL.sub(b"\0", block)
    if len(block) < FEWEST_BYTES:
        return 0.0
    return float(CONTROL[np.frombuffer(block, dtype=np.uint8)].mean())


def read_member_text(member: Member) -> str:
    """The whole of a small member.

    Raises
    ------
    ReadingError
        If it is not UTF-8, or cannot be read.
    """
    where = name_place(member.name, member.path)
    with name_damage(member.name, member.path), member.open() as source:
        content = b"".join(iter(lambda: source.read(READ_BYTES), b""))
    try:
        return content[_find_text_start(content, where) :].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadingError(f"{where} is not UTF-8 ({error}): convert it, and name the new file") from None
