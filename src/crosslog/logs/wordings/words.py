"""Statements as the words that miners compare, and the wordings of what several of them share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

VARYING = "<*>"
LONGEST_PERIOD = 6  # words of a phrase that a list may consist of
_NAME = r"<[a-z ]{1,20}>"  # what masking put for a variable
# Brackets around nothing but variables are no words, so that they may be missing; nor are numbers, `<*>` by now.
_BRACKETS = r"[(\[](?:<[a-z* ]{1,20}>|[^\w<>()\[\]]){0,64}[)\]]"
_IDENTIFIER = r"[^\W_](?:\w|<\*>|(?:/\.|[.$/-])(?=\w|<\*>))*=?"  # dotted names are one word; a key has its =
_TOKEN = re.compile(rf"{_BRACKETS}|({_NAME}|{_IDENTIFIER})")
_WORD = re.compile(r"(?:<[^<>]*>|[^ <])+")

Words = tuple[str, ...]


def split_words(statement: str) -> Words:
    """The words of a statement.

    A list is as long as it happens to be: a word or phrase that follows itself is taken once.
    """
    found = [word for word in _TOKEN.findall(statement) if word]
    return tuple(found) if len(set(found)) == len(found) else tuple(found[place] for place in _once(found))


def find_words(statement: str) -> Iterator[tuple[int, int]]:
    """Where the words that `split_words` gives stand in the statement: start and end."""
    spans = [match.span(1) for match in _TOKEN.finditer(statement) if match[1]]
    yield from (spans[place] for place in _once([statement[start:end] for start, end in spans]))


def _once(words: Sequence[str]) -> list[int]:
    """The places that are left where every phrase that follows itself is taken once."""
    kept: list[int] = []
    said: list[str] = []
    for place, word in enumerate(words):
        kept.append(place)
        said.append(word)
        for period in range(1, min(LONGEST_PERIOD, len(said) // 2) + 1):
            if said[-1 - period] == word and said[-period:] == said[-2 * period : -period]:
                del kept[-period:], said[-period:]
                break
    return kept


def read_words(wording: str) -> Words:
    """Words from what `" ".join` made of them."""
    return tuple(_WORD.findall(wording))


def varies(word: str) -> bool:
    """Whether a word is known to be no constant."""
    return word.startswith("<")


def find_common(messages: Sequence[Words]) -> Words:
    """What messages of the same length share, and VARYING for the rest."""
    return tuple(column[0] if len(set(column)) == 1 else VARYING for column in zip(*messages, strict=True))


def shorten_wording(words: Words) -> Words:
    """The same with one VARYING for each run of them."""
    return tuple(
        word for place, word in enumerate(words) if word != VARYING or place == 0 or words[place - 1] != VARYING
    )


def align_words(wording: Words, words: Words) -> list[int] | None:
    """Which word of a wording each of `words` is, VARYING standing for any number of them; None where they do not fit.

    Placeholders are alike whatever they stand for. Runs are as short as they can be, from the left.
    """
    places: list[int] = []
    place, run, resumed = 0, -1, 0  # resumed: the first word not yet taken by the run
    while len(places) < len(words):
        if place < len(wording) and wording[place] == VARYING:
            run, resumed = place, len(places)
            place += 1
        elif place < len(wording) and alike(wording[place], words[len(places)]):
            places.append(place)
            place += 1
        elif run >= 0:
            del places[resumed:]
            places.append(run)
            place, resumed = run + 1, resumed + 1
        else:
            return None
    return places if all(word == VARYING for word in wording[place:]) else None


def alike(one: str, other: str) -> bool:
    """Whether two words are the same, or both stand for variables."""
    return one == other or (varies(one) and varies(other))
