"""A log cut into chunks of whole lines, between events: by size, so that the same files give the same chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from crosslog.logs.reading.archives import Member
from crosslog.logs.reading.chunk import Chunk, Slice
from crosslog.logs.reading.lines import Piece, read_pieces
from crosslog.logs.reading.problems import ReadingError, name_damage

MOST_CHUNK_BYTES = 1 << 30  # Arrow's views count in 32 bits
MOST_CHUNK_LINES = 1 << 18  # a frame takes memory by the line, however short: this many are twice 16 MiB of common logs
MOST_FOLLOWING = 1_000  # lines that a chunk is made longer by, so that an event is not cut in two

Following = Callable[[list[bytes]], int]
"""How many lines, of those behind the first, go on with the event that the first belongs to."""


def cut_chunks(
    logs: Iterable[Member],
    chunk_bytes: int,
    lines: tuple[int, int] | None = None,
    following: Following | None = None,
) -> Iterator[Chunk]:
    """Whole lines, each chunk up to the line that fills `chunk_bytes`; a member's last line gets the newline it lacks.

    A chunk has at most MOST_CHUNK_LINES lines, and those that go on with its last event.

    Parameters
    ----------
    logs : in order; taken one after another, so that a .tar.gz is unpacked once
    chunk_bytes : size of a chunk, unpacked
    lines : the first and the last line wanted, counted from 1 over all of the log; reading stops behind the last, and
        where the log ends before it there are fewer
    following : which lines belong together; None where each is an event

    Raises
    ------
    ReadingError
        If the range is none; while chunks are taken, if a file cannot be read, is packed and damaged, or is no text.
    """
    if not 0 < chunk_bytes <= MOST_CHUNK_BYTES:
        raise ReadingError(f"chunk_bytes must be from 1 to {MOST_CHUNK_BYTES:,}, not {chunk_bytes:,}")
    if lines and not 1 <= lines[0] <= lines[1]:
        raise ReadingError(f"lines must be a first and a last line, counted from 1, not {lines[0]:,} and {lines[1]:,}")
    pieces = _read_all(logs)
    first = _Gathered(0, lines[0] if lines else 1, chunk_bytes)
    return _gather(_keep_range(pieces, *lines) if lines else pieces, first, following)


@dataclass(frozen=True)
class _Placed:
    """A piece and where it is from."""

    piece: Piece
    member: Member
    position: int  # of the member in the log
    consumed: int  # bytes of the log's files, packed as they are, up to its end


def _read_all(logs: Iterable[Member]) -> Iterator[_Placed]:
    path: Path | None = None
    before = size = 0  # of the files before, and of this one
    for position, member in enumerate(logs):
        if member.path != path:
            path, before = member.path, before + size
            with name_damage(member.name, path):
                size = path.stat().st_size
        for piece in read_pieces(member):
            yield _Placed(piece, member, position, before + piece.on_disk)


def _keep_range(pieces: Iterable[_Placed], first: int, last: int) -> Iterator[_Placed]:
    """The lines from the first to the last; what follows is not read."""
    before = 0
    for placed in pieces:
        if wanted := _narrow(placed.piece, first - 1 - before, last - before):
            yield replace(placed, piece=wanted)
        before += placed.piece.lines
        if before >= last:
            return


def _narrow(piece: Piece, skipped: int, last: int) -> Piece | None:
    """The piece without its first lines, and without those behind its line `last`."""
    if skipped >= piece.lines:
        return None
    upto, _ = piece.cut_behind(last)
    return upto.cut_behind(skipped)[1] if skipped > 0 else upto


def _gather(pieces: Iterable[_Placed], gathered: _Gathered, following: Following | None) -> Iterator[Chunk]:
    consumed = 0
    for placed in pieces:
        rest: Piece | None = placed.piece
        while rest:
            if gathered.is_full:
                rest = gathered.follow(placed, rest, following) if following else rest
                if rest:
                    yield gathered.chunk(consumed)
                    gathered = gathered.next()
            else:
                part, rest = rest.cut_at(gathered.room, MOST_CHUNK_LINES - gathered.lines)
                gathered.add(placed.position, placed.member, part)
            consumed = placed.consumed
    if gathered.size:
        yield gathered.chunk(consumed)


@dataclass
class _Gathered:
    """What will be a chunk."""

    number: int
    first_line: int
    chunk_bytes: int
    size: int = 0
    lines: int = 0
    parts: list[Piece] = field(default_factory=list)
    owners: list[Member] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)  # lines of each owner
    starts: list[int] = field(default_factory=list)  # position of each owner
    unfinished: list[int] = field(default_factory=list)
    followed: int = 0  # lines that it has because they go on with its last event

    @property
    def room(self) -> int:
        """How many bytes it lacks."""
        return self.chunk_bytes - self.size

    @property
    def is_full(self) -> bool:
        """Whether it has all but what goes on with its last event."""
        return self.size >= self.chunk_bytes or self.lines >= MOST_CHUNK_LINES

    def follow(self, placed: _Placed, rest: Piece, following: Following) -> Piece | None:
        """Take the lines that go on with the last event; what is left of them, None where all may."""
        wanted = MOST_FOLLOWING - self.followed
        if placed.position != self.starts[-1] or wanted <= 0:
            return rest
        upto, _ = rest.cut_behind(wanted + 1)
        last = self.parts[-1].data.removesuffix(b"\n").rpartition(b"\n")[2]
        count = min(following([last, *upto.data.removesuffix(b"\n").split(b"\n")]), wanted)
        if not count:
            return rest
        part, left = rest.cut_behind(count)
        self.add(placed.position, placed.member, part)
        self.followed += count
        return left

    def add(self, position: int, member: Member, part: Piece) -> None:
        """Put lines behind those that are there."""
        self.parts.append(part)
        if position not in self.starts[-1:]:
            self.starts.append(position)
            self.owners.append(member)
            self.counts.append(0)
        self.counts[-1] += part.lines
        self.lines += part.lines
        self.size += len(part.data)
        if not part.finished:
            self.unfinished.append(self.lines - 1)

    def next(self) -> _Gathered:
        """What comes behind it."""
        return _Gathered(self.number + 1, self.first_line + self.lines, self.chunk_bytes)

    def chunk(self, consumed: int) -> Chunk:
        """Its lines as a chunk; where they stand in one plain file as they are, by their place in it."""
        names = [owner.name for owner in self.owners]
        return Chunk(
            number=self.number,
            first_line=self.first_line,
            data=self._slice() or b"".join(part.data for part in self.parts),
            members=tuple(zip(names, self.counts, strict=True)),
            starts=tuple(self.starts),
            unfinished=tuple(self.unfinished),
            consumed=consumed,
        )

    def _slice(self) -> Slice | None:
        if len(self.owners) != 1 or not self.owners[0].plain or not all(part.whole for part in self.parts):
            return None
        return Slice(self.owners[0].path, self.parts[0].offset, self.size - len(self.unfinished))
