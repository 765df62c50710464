"""Raw bytes as numbered lines: plain, packed and archived files in order, in chunks of whole lines.

Nothing is unpacked to disk: `find_files` says which files, `list_members` opens what is in them as streams, and
`cut_chunks` cuts those.
"""

from __future__ import annotations

from crosslog.logs.reading.archives import Member, list_members
from crosslog.logs.reading.chunk import LONGEST_LINE, Chunk, Slice
from crosslog.logs.reading.chunking import cut_chunks
from crosslog.logs.reading.finding import FoundFiles, LeftOut, find_files, survey_files
from crosslog.logs.reading.lines import read_member_text
from crosslog.logs.reading.ordering import sort_oldest_first, strip_rotation
from crosslog.logs.reading.problems import ReadingError

__all__ = [
    "LONGEST_LINE",
    "Chunk",
    "FoundFiles",
    "LeftOut",
    "Member",
    "ReadingError",
    "Slice",
    "cut_chunks",
    "find_files",
    "list_members",
    "read_member_text",
    "sort_oldest_first",
    "strip_rotation",
    "survey_files",
]
