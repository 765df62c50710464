"""How much of a text is read: a log may have a line of any length, and its meaning is in its first words."""

from __future__ import annotations

import polars as pl

LONGEST_TEXT = 2000  # characters of a template, an example or a note that are interpreted, reviewed and sent
LONGEST_SENTENCE = 2000  # bytes of an interpretation, in UTF-8
CUT_MARK = " …"


def cut_text(text: str) -> str:
    """The text; of one longer than LONGEST_TEXT the whole words within that length, with CUT_MARK behind them."""
    if len(text) <= LONGEST_TEXT:
        return text
    start = text[: LONGEST_TEXT - len(CUT_MARK)]
    return (start.rpartition(" ")[0].rstrip() or start) + CUT_MARK


def cut_texts(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """The frame with the texts of these columns cut."""
    return frame.with_columns(pl.Series(name, list(map(cut_text, frame[name])), dtype=pl.String) for name in columns)


def is_too_long(sentence: str) -> bool:
    """Whether a sentence has more than LONGEST_SENTENCE bytes."""
    return len(sentence.encode(errors="surrogatepass")) > LONGEST_SENTENCE
