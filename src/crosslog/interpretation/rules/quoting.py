"""A template's own text, tidied: what stands for a meaning that nobody knows."""

from __future__ import annotations

import re

from crosslog.interpretation.meanings import MOST_WORDS

NOTHING_SAID = "A message of values alone."
MOST_LETTERS = 600  # at most 4 bytes each: less than an interpretation may have
WILDCARD = re.compile(r"<\*>|\*{2,}")
MASK = re.compile(r"<([^<>]*)>")
PAIRS = re.compile(r"\([\s%:;,.=#/-]*\)|\[[\s%:;,.=#/-]*\]|\{[\s:;,.=-]*\}|\"\s*\"|'\s*'|<\s*>")
ALONE = re.compile(r"(?<!\S)[^\w\s]{1,8}(?!\S)")
EMPTY_KEY = re.compile(r"=(?=[\s,;)\]]|$)")
GAPS = re.compile(r"\s+(?=[,;:.)\]])|(?<=[(\[])\s+")
STOPS = re.compile(r"([,;.])(?:[\s,;.]*[,;.])+")
TIDYING = (
    *((MASK, r"\1"), (MASK, r"\1")),  # an address may stand in brackets of its own
    *((PAIRS, " "), (PAIRS, " "), (EMPTY_KEY, " "), (GAPS, ""), (ALONE, " "), (STOPS, r"\1")),
)
EDGE = " ,;:=-–|/\\"


def quote_template(template: str) -> str:
    """The words of a template without its wildcards, as one sentence; never empty, at most MOST_WORDS words."""
    text = WILDCARD.sub(" ", template)
    for pattern, put in TIDYING:
        text = pattern.sub(put, text)
    words = text.split()
    cut = len(words) > MOST_WORDS or len(" ".join(words)) > MOST_LETTERS
    text = " ".join(words[:MOST_WORDS])[:MOST_LETTERS].strip(EDGE)
    if not any(letter.isalpha() for letter in text):
        return NOTHING_SAID
    return text[0].upper() + text[1:] + (" …" if cut else "" if text[-1] in ".!?…" else ".")
