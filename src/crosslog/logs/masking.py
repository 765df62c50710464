"""The normalised, masked text of an event (Wang et al. 2024, CroSysLog, III-A).

An event's text is component, level and content in lower case; then variables give way to words in the order of MASKS,
so that a longer thing (a URL) is replaced before what it holds (a path); then every run of characters that are no
letters becomes one blank. Numbers that no mask covers vanish with it, as do punctuation and the `<*>` of logs that were
templates already; identifiers such as `dfs.DataNode$Sender` become words.
"""

from __future__ import annotations

import polars as pl

NO_TEXT = "empty message"

_BEFORE = r"(^|[^a-z0-9_.~-])"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?"
_DATE = r"[0-9]{4}[-./][0-9]{2}[-./][0-9]{2}"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) +[0-9]{1,2}"
_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?"

MASKS = (
    (r"\b[a-z][a-z0-9+.-]*://[^ \t,;)\]>\"']+", " url "),
    (r"\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", " email address "),
    (r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b|\b[0-9a-f]{2}(?:-[0-9a-f]{2}){5}\b", " mac address "),
    (rf"(?:::(?:ffff:)?)?\b{_IPV4}\b", " ip address "),
    (
        rf"\b(?:(?:(?:mon|tue|wed|thu|fri|sat|sun),? +)?(?:{_DATE}|{_MONTH})"
        rf"(?:[-t ]+[0-9]{{2}}[.:][0-9]{{2}}[.:][0-9]{{2}}(?:[.,][0-9]+)?)?"
        rf"(?:z|[+-][0-9]{{2}}:?[0-9]{{2}})?|{_CLOCK})\b",
        " date time ",
    ),
    (r"\b[0-9a-f]{1,4}::?(?:[0-9a-f]{1,4}:){2,6}[0-9a-f]{1,4}\b", " ip address "),
    (r"\bblk_-?[0-9]+(?:_[0-9]+)?\b(?:[ ,]+blk_-?[0-9]+(?:_[0-9]+)?\b)*", " block id "),
    (r"\b(app|appattempt|application|attempt|container|job|jvm|task)_[0-9]+(?:_[a-z0-9]+)*\b", " ${1} id "),
    (r"\br[0-9a-f]{2}-m[0-9a-f](?:-[a-z0-9]+)*(?::[a-z0-9-]+)*\b", " node id "),
    (rf"{_BEFORE}(?:/[a-z0-9_.@%+=$~:#*-]*[a-z_][a-z0-9_.@%+=$~:#*-]*)(?:/[a-z0-9_.@%+=$~:#*-]*)*", "${1} file path "),
    (rf"{_BEFORE}[a-z]:\\[^ \t,;)\]>\"']*", "${1} file path "),
    (r"\b0x[0-9a-f]*\b|\b(?:[0-9]+[a-f]|[a-f]+[0-9])[0-9a-f]{4,}\b", " hex number "),
)


def said(component: pl.Expr, level: pl.Expr, content: pl.Expr) -> pl.Expr:
    """What an event says, before masking."""
    return pl.concat_str(component, level, content, separator=" ", ignore_nulls=True)


def masked(text: pl.Expr) -> pl.Expr:
    """Normalised, masked text of String; never empty, never null."""
    text = text.str.to_lowercase()
    for pattern, words in MASKS:
        text = text.str.replace_all(pattern, words)
    text = text.str.replace_all(r"\P{Alphabetic}+", " ").str.strip_chars(" ")
    return pl.when(text != "").then(text).otherwise(pl.lit(NO_TEXT))
