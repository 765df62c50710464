"""Whether the start of a file is text in UTF-8, or in something like it."""

from __future__ import annotations

import codecs
import re

import numpy as np

from crosslog.logs.reading.problems import ReadingError

SCREENED_BYTES = 1 << 16
FEWEST_BYTES = 512  # of less, shares say nothing
# Bytes at random hold 10 % of them, programs more, text none; a terminal's colours (ESC) are not counted.
MOST_CONTROL = 0.05
CONTROL = np.isin(np.arange(256), [*range(9), *range(14, 27), *range(28, 32), 127])
RUN_OF_NUL = re.compile(rb"\0{2,}")  # counts once: a machine that lost its power leaves pages of NUL in its logs
# UTF-32 first: its little-endian mark begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def text_start(block: bytes, where: str) -> int:
    """Where the text begins in a file's first bytes: behind the mark of UTF-8, if it has one.

    Raises
    ------
    ReadingError
        If they are UTF-16 or UTF-32, or hold more control characters than any text.
    """
    for mark, encoding in MARKS.items():
        if block.startswith(mark):
            raise ReadingError(
                f"{where} is {encoding}, and lines are read as UTF-8: convert it, as with "
                f"`iconv -f {encoding} -t UTF-8 OLD > NEW`, and name the new file"
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
