"""Lines as clean text: what is no UTF-8, NUL and carriage returns are mended and counted, empty lines left out."""

from __future__ import annotations

import polars as pl

from crosslog.logs.remarks import RemarkTable


def cleaned(lines: pl.DataFrame, unfinished: list[int], remarks: RemarkTable) -> pl.DataFrame:
    """The lines (columns line, raw as Binary, and others) that are not empty, `raw` as String.

    Bytes that are not UTF-8 become U+FFFD, NUL a blank; a carriage return at the end goes. `unfinished` are the rows
    that had no newline. Everything met is added to `remarks`.
    """
    text, not_utf8 = _as_text(lines["raw"])
    lines = lines.with_columns(raw=text)
    nul, carriage_return = _having(text, "\0"), _having(text, "\r")
    if nul.any():
        lines = lines.with_columns(pl.col("raw").str.replace_all("\0", " ", literal=True))
    if carriage_return.any():
        lines = lines.with_columns(pl.col("raw").str.strip_suffix("\r"))
    empty = lines["raw"].str.strip_chars() == ""
    met = {"not_utf8": not_utf8, "nul": nul, "carriage_return": carriage_return, "empty": empty}
    for kind, where in met.items():
        remarks.add(kind, lines, where)
    remarks.add("no_final_newline", lines, pl.int_range(len(lines), eager=True).is_in(unfinished))
    return lines.filter(~empty)


def _as_text(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    try:
        return raw.cast(pl.String), pl.repeat(value=False, n=len(raw), eager=True)
    except pl.exceptions.ComputeError:
        pairs = [_decoded(line) for line in raw]
        return pl.Series([text for text, _ in pairs]), pl.Series([broken for _, broken in pairs])


def _decoded(line: bytes) -> tuple[str, bool]:
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return line.decode("utf-8", errors="replace"), True


def _having(text: pl.Series, character: str) -> pl.Series:
    return text.str.contains(character, literal=True)
