"""Raw bytes as numbered lines: plain, packed and archived files in order, in chunks of whole lines.

Nothing is unpacked to disk: `find` says which files, `members` opens what is in them as streams, `chunks` cuts those.
"""

from __future__ import annotations

from crosslog.logs.reading.archives import members
from crosslog.logs.reading.chunking import Chunks, chunks
from crosslog.logs.reading.lines import read_text
from crosslog.logs.reading.member import Member
from crosslog.logs.reading.problems import ReadingError
from crosslog.logs.reading.rotation import find, oldest_first
from crosslog.logs.reading.slices import LONGEST_LINE, Chunk, Slice

__all__ = [
    "LONGEST_LINE",
    "Chunk",
    "Chunks",
    "Member",
    "ReadingError",
    "Slice",
    "chunks",
    "find",
    "members",
    "oldest_first",
    "read_text",
]
