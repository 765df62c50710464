"""Lines as clean text: what is no UTF-8, NUL, carriage returns, colours and endless lines are mended, and counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from crosslog.logs.parsing.remarks import RemarkTable
from crosslog.logs.reading import LONGEST_LINE

FEW_LINES = 256
# Escapes as in ECMA-48, 5.4, with bounds; and links and titles.
ANSI = r"\x1b(?:\[[0-9;?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\))"
CONTINUATION = (0b1100_0000, 0b1000_0000)  # a byte inside a character of UTF-8, under this mask, is this


def clean_lines(lines: pl.DataFrame, unfinished: Sequence[int], remarks: RemarkTable) -> pl.DataFrame:
    """The lines (columns line, raw as Binary, and others) that are not empty, `raw` as String.

    Bytes that are not UTF-8 become U+FFFD, NUL a blank, and nothing in front of a line; a carriage return at the end
    and a terminal's colours go, and what a line has behind its first LONGEST_LINE bytes. `unfinished` are the rows that
    had no newline. Everything met is added to `remarks`.
    """
    too_long = lines["raw"].bin.size() > LONGEST_LINE
    if too_long.any():
        lines = lines.with_columns(raw=_shortened(lines["raw"], too_long))
    text, not_utf8 = _as_text(lines["raw"])
    met = {"too_long": too_long, "not_utf8": not_utf8}
    if text.str.contains("[\0\r\x1b]").any():  # one look at a clean chunk, not six
        met |= {"nul": text.str.contains("\0", literal=True), "carriage_return": text.str.ends_with("\r")}
        met["ansi"] = text.str.contains(ANSI)
        text = text.str.strip_chars_start("\0").str.replace_all("\0", " ", literal=True).str.strip_suffix("\r")
        text = text.str.replace_all(ANSI, "")
    met["empty"] = text.str.strip_chars() == ""
    lines = lines.with_columns(raw=text)
    if len(unfinished):
        met["no_final_newline"] = pl.int_range(len(lines), eager=True).is_in(list(unfinished))
    for kind, where in met.items():
        remarks.add(kind, lines, where)
    return lines.filter(~met["empty"]) if met["empty"].any() else lines


def _shortened(raw: pl.Series, where: pl.Series) -> pl.Series:
    sizes = np.full(len(raw), LONGEST_LINE, dtype=np.uint32)
    sizes[where.to_numpy()] = [_last_whole(line) for line in raw.filter(where)]
    return pl.select(pl.lit(raw).bin.slice(0, pl.lit(pl.Series(sizes)))).to_series()


def _last_whole(line: bytes) -> int:
    """At most LONGEST_LINE, so that no character is cut in two."""
    size, (mask, inside) = LONGEST_LINE, CONTINUATION
    while size > LONGEST_LINE - 4 and line[size] & mask == inside:
        size -= 1
    return size


def _as_text(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The lines as String, and which were not UTF-8: those are looked for by halves, as they are few."""
    try:
        return raw.cast(pl.String), pl.repeat(value=False, n=len(raw), eager=True)
    except pl.exceptions.ComputeError:
        if len(raw) <= FEW_LINES:
            pairs = [_decoded(line) for line in raw]
            return pl.Series([text for text, _ in pairs]), pl.Series([broken for _, broken in pairs])
    half = len(raw) // 2
    (first, first_broken), (second, second_broken) = _as_text(raw[:half]), _as_text(raw[half:])
    return pl.concat([first, second]), pl.concat([first_broken, second_broken])


def _decoded(line: bytes) -> tuple[str, bool]:
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return line.decode("utf-8", errors="replace"), True
