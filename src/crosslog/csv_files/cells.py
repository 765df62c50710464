"""Cells of a CSV that spreadsheets open: written so that none is run or turned into a number, read back unchanged."""

from __future__ import annotations

import re

# A spreadsheet runs a cell that starts like this (OWASP, "CSV Injection").
FORMULA = r"[=+\-@＝＋－＠]"
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
# It also takes what looks like a number, a date, a time or a truth value for one: the key 1234567890123e45 too.
VALUE = rf"(?=\D*\d)(?:[\d\s.,:/%$€£()etz'-]+|[\d\s.,:/'-]*(?:{MONTH}|[ap]m?)\b[\d\s.,:/'-]*)$|(?:true|false)$"
# An apostrophe in front keeps such a cell a text; one that was there gets another, so that reading undoes writing.
_TAKEN = rf"'*+(?:[\t\r\n]|\s*+(?:{FORMULA}|{VALUE}))"
RISKY = re.compile(rf"\A{_TAKEN}", re.IGNORECASE)
GUARDED = re.compile(rf"\A'{_TAKEN}", re.IGNORECASE)
# Where a spreadsheet takes another separator than ours, a formula inside a cell starts one of its own.
INSIDE = re.compile(rf"([,;|\t\r\n])(?='*{FORMULA})")
INSIDE_GUARDED = re.compile(rf"([,;|\t\r\n])'(?='*{FORMULA})")
QUOTED = re.compile(r"[\",;|\t\r\n]|^\s|\s$")
SPACE = re.compile(r"[\s'’]")
PLAIN_COUNT = re.compile(r"\d{0,18}")
GROUPED_COUNT = re.compile(r"\d{1,3}(?:[.,]\d{3}){1,5}")
ROUND_COUNT = re.compile(r"\d{1,18}[.,]0+|\d(?:[.,]\d{1,18})?e\+?\d{1,2}")
LARGEST_COUNT = 10**18


def format_cell(cell: str | float) -> str:
    """A cell as it stands in the file. Quoted wherever any usual separator or a space at an end needs it."""
    if not isinstance(cell, str):
        return str(cell)
    separated = QUOTED.search(cell) is not None
    text = INSIDE.sub(r"\1'", cell) if separated else cell
    text = f"'{text}" if RISKY.match(text) else text
    return '"' + text.replace('"', '""') + '"' if separated else text


def parse_cell(text: str) -> str:
    """A cell as it was before it was written; `text` has lost its quotes already."""
    if "'" not in text:
        return text
    return INSIDE_GUARDED.sub(r"\1", text[1:] if GUARDED.match(text) else text)


def parse_count(text: str) -> int | None:
    """A whole number as spreadsheets write it: 12752, 12,752, 12 752, 12752.0, 1.2752E+04; 0 if empty.

    None where it is no such number, or one that nobody counts to.
    """
    digits = SPACE.sub("", text).lower()
    if PLAIN_COUNT.fullmatch(digits):
        return int(digits or 0)
    if GROUPED_COUNT.fullmatch(digits):
        return int(digits.replace(".", "").replace(",", ""))
    count = round(float(digits.replace(",", "."))) if ROUND_COUNT.fullmatch(digits) else LARGEST_COUNT
    return count if count < LARGEST_COUNT else None
