"""A log cut into chunks of whole lines: by their size alone, so that the same files give the same chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from crosslog.logs.reading.gathering import Gathered
from crosslog.logs.reading.lines import Piece, pieces
from crosslog.logs.reading.member import Member
from crosslog.logs.reading.problems import ReadingError, told
from crosslog.logs.reading.slices import Chunk

MOST_CHUNK_BYTES = 1 << 30  # Arrow's views count in 32 bits


class Chunks(Iterator[Chunk]):
    """The chunks of a log, in order, as `chunks` cuts them.

    After the end `reached` is the number of the last line that was read: where a range was asked for and the log ends
    before it, how many lines the log has.
    """

    def __init__(self, logs: Iterable[Member], chunk_bytes: int, lines: tuple[int, int] | None) -> None:
        self.reached = 0
        self._lines = lines
        self._consumed = 0
        self._cut = self._all(logs, chunk_bytes)

    def __next__(self) -> Chunk:
        return next(self._cut)

    def check_reached(self) -> None:
        """Whether the log, now read, has the last of the lines that were asked for.

        Raises
        ------
        ReadingError
            If it ends before; the message says how many lines there are.
        """
        if self._lines and self.reached < self._lines[1]:
            raise ReadingError(
                f"lines {self._lines[0]:,} to {self._lines[1]:,} are asked for, and the log has {self.reached:,}: "
                f"correct `lines` in params.yaml"
            )

    def _all(self, logs: Iterable[Member], chunk_bytes: int) -> Iterator[Chunk]:
        first = self._lines[0] if self._lines else 1
        gathered = Gathered(0, first)
        for position, member, piece in self._wanted(logs):
            rest: Piece | None = piece
            while rest:
                part, rest = rest.cut_at(chunk_bytes - gathered.size)
                gathered.add(position, member, part)
                if gathered.size >= chunk_bytes:
                    yield gathered.chunk(self._consumed)
                    gathered = gathered.next()
        if gathered.size:
            yield gathered.chunk(self._consumed)

    def _wanted(self, logs: Iterable[Member]) -> Iterator[tuple[int, Member, Piece]]:
        """The lines of the range, those of all members without one."""
        for position, member, piece in self._counted(logs):
            before, self.reached = self.reached, self.reached + piece.lines
            if self._lines is None:
                yield position, member, piece
                continue
            first, last = self._lines
            if wanted := _within(piece, first - 1 - before, last - before):
                yield position, member, wanted
            if self.reached >= last:
                self.reached = last
                return

    def _counted(self, logs: Iterable[Member]) -> Iterator[tuple[int, Member, Piece]]:
        path: Path | None = None
        before = size = 0  # of the files before, and of this one
        for position, member in enumerate(logs):
            if member.path != path:
                path, before = member.path, before + size
                with told(member.name, path):
                    size = path.stat().st_size
            for piece in pieces(member):
                self._consumed = before + piece.on_disk
                yield position, member, piece


def _within(piece: Piece, skipped: int, last: int) -> Piece | None:
    """The piece without its first lines, and without those behind its line `last`."""
    if skipped >= piece.lines:
        return None
    upto, _ = piece.cut_behind(last)
    return upto.cut_behind(skipped)[1] if skipped > 0 else upto


def chunks(logs: Iterable[Member], chunk_bytes: int, lines: tuple[int, int] | None = None) -> Chunks:
    """Whole lines, each chunk up to the line that fills `chunk_bytes`; a member's last line gets the newline it lacks.

    Parameters
    ----------
    logs : in order; taken one after another, so that a .tar.gz is unpacked once
    chunk_bytes : size of a chunk, unpacked
    lines : the first and the last line wanted, counted from 1 over all of the log; reading stops behind the last, and
        where the log ends before it there are fewer: ask `Chunks.check_reached`

    Raises
    ------
    ReadingError
        If the range is none; while chunks are taken, if a file cannot be read, is packed and damaged, or is no text.
    """
    if not 0 < chunk_bytes <= MOST_CHUNK_BYTES:
        raise ReadingError(f"chunk_bytes must be from 1 to {MOST_CHUNK_BYTES:,}, not {chunk_bytes:,}")
    if lines and not 1 <= lines[0] <= lines[1]:
        raise ReadingError(f"lines must be a first and a last line, counted from 1, not {lines[0]:,} and {lines[1]:,}")
    return Chunks(logs, chunk_bytes, lines)
