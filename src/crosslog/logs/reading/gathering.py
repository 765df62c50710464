"""Pieces of members, gathered until they are a chunk."""

from __future__ import annotations

from dataclasses import dataclass, field

from crosslog.logs.reading.lines import Piece
from crosslog.logs.reading.member import Member
from crosslog.logs.reading.slices import Chunk, Slice


@dataclass
class Gathered:
    """What will be a chunk."""

    number: int
    first_line: int
    size: int = 0
    lines: int = 0
    parts: list[Piece] = field(default_factory=list)
    owners: list[Member] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)  # lines of each owner
    starts: list[int] = field(default_factory=list)  # position of each owner
    unfinished: list[int] = field(default_factory=list)

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

    def next(self) -> Gathered:
        """What comes behind it."""
        return Gathered(self.number + 1, self.first_line + self.lines)

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
