"""Templates: the name that outlives a run, by which rooms find one again, and how much of its text they read."""

from __future__ import annotations

import hashlib

import polars as pl

LONGEST_TEXT = 2000  # characters of a text that are interpreted, reviewed and sent: the meaning is in the first words
CUT_MARK = " …"


def template_key(template: str) -> str:
    """The first 16 hexadecimal digits of the template's SHA-256."""
    return hashlib.sha256(template.encode()).hexdigest()[:16]


def cut_text(text: str) -> str:
    """The text; of one longer than LONGEST_TEXT the whole words within that length, with CUT_MARK behind them."""
    if len(text) <= LONGEST_TEXT:
        return text
    start = text[: LONGEST_TEXT - len(CUT_MARK)]
    return (start.rpartition(" ")[0].rstrip() or start) + CUT_MARK


def cut_texts(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """The frame with the texts of these columns cut."""
    return frame.with_columns(pl.Series(name, list(map(cut_text, frame[name])), dtype=pl.String) for name in columns)
