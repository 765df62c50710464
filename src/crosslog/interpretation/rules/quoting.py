"""A template's own text, tidied: what stands for a meaning that nobody knows."""

from __future__ import annotations

import re

from crosslog.interpretation.meanings import MOST_WORDS

NOTHING_SAID = "A message of values alone."
MOST_LETTERS = 600  # at most 4 bytes each: less than an interpretation may have
WILDCARD = re.compile(r"<\*>|\*\*")
VALUE_NAME = re.compile(r"<([^<>]*)>")
TIED_BLANK = "\1"  # the blank in what stands for a value, which may have a bracket around it
OPENING_MARKS, CLOSING_MARKS, QUOTE_MARKS, PAUSES = "=([{<", ")]}>", "\"'`", ",;:"


def quote_template(template: str) -> str:
    """The words of a template without its wildcards, as one sentence; never empty, at most MOST_WORDS words."""
    text = WILDCARD.sub(" ", template.replace(TIED_BLANK, " "))
    for _ in range(2):  # what stands for an address may stand in brackets of its own
        text = VALUE_NAME.sub(lambda found: found[1].replace(" ", TIED_BLANK), text)
    words: list[str] = []
    for token in text.split():
        _add_token(words, token)
    words = " ".join(words).replace(TIED_BLANK, " ").split()
    whole = " ".join(words)
    if not any(letter.isalpha() for letter in whole):
        return NOTHING_SAID
    told = " ".join(words[:MOST_WORDS])[:MOST_LETTERS].rstrip(f"{PAUSES}-/\\| ")
    end = " …" if len(words) > MOST_WORDS or len(whole) > MOST_LETTERS else "" if told[-1] in ".!?…" else "."
    return told[0].upper() + told[1:] + end


def _add_token(words: list[str], token: str) -> None:
    """Add what a value has left of a token: a word without an open end, or a stop behind the word before."""
    word = token.rstrip(OPENING_MARKS)
    if word[-1:] in QUOTE_MARKS and word.count(word[-1:]) % 2:
        word = word[:-1].rstrip(OPENING_MARKS)
    word = word.lstrip(f"{CLOSING_MARKS}.")
    if word[:1] in ("(", "[") and not set(CLOSING_MARKS) & set(word):
        word = word[1:]
    if any(map(str.isalnum, word)):
        words.append(word)
    elif words and token[-1] in PAUSES and words[-1][-1] not in f"{PAUSES}.":
        words[-1] += token[-1]
