"""The words of a masked message as miners see them: what masking put for one variable is one word, repeats are one."""

from __future__ import annotations

import re
from collections.abc import Sequence

VARIABLE = "<*>"
_NAMES = ("app", "appattempt", "application", "attempt", "container", "job", "jvm", "task", "block", "node")
PLACEHOLDERS = frozenset(
    ["url", "email address", "mac address", "ip address", "host name", "date time", "file path", "hex number"]
    + [f"{name} id" for name in _NAMES]
)
_WORD = re.compile(rf"(?:{'|'.join(sorted(PLACEHOLDERS))})(?![^ ])|[^ ]+")
_REPEATED = re.compile(r"(?<![^ ])([^ ]+(?: [^ ]+){0,5}?)(?: \1)+(?![^ ])")

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """The words of a masked message.

    A list is as long as it happens to be: a word or phrase that follows itself is taken once.
    """
    plain = text.split(" ")
    if len(set(plain)) < len(plain):
        text = _REPEATED.sub(r"\1", text)
    return tuple(_WORD.findall(text))


def varies(word: str) -> bool:
    """Whether a word is known to be no constant."""
    return word == VARIABLE or word in PLACEHOLDERS


def common(messages: Sequence[Words]) -> Words:
    """What messages of the same length share, and VARIABLE for the rest."""
    return tuple(column[0] if len(set(column)) == 1 else VARIABLE for column in zip(*messages, strict=True))


def shortened(words: Words) -> Words:
    """The same with one VARIABLE for each run of them."""
    return tuple(
        word for place, word in enumerate(words) if word != VARIABLE or place == 0 or words[place - 1] != VARIABLE
    )
