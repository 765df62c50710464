"""Messages as words, as miners see them, and groups of messages that one wording stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

VARYING = "<*>"
_NAMES = ("app", "appattempt", "application", "attempt", "container", "job", "jvm", "task", "block", "node")
PLACEHOLDERS = frozenset(
    ["url", "email address", "mac address", "ip address", "host name", "date time", "file path", "hex number"]
    + [f"{name} id" for name in _NAMES]
)
_WORD = re.compile(rf"(?:{'|'.join(sorted(PLACEHOLDERS))})(?![^ ])|[^ ]+")
_REPEATED = re.compile(r"(?<![^ ])([^ ]+(?: [^ ]+){0,5}?)(?: \1)+(?![^ ])")
_NOUNS = """class client clients device devices domain driver drivers host hosts interface interfaces mode module
modules name names node nodes package packages process program reason rhost server servers service state type user
users"""
INTRODUCING = frozenset([*_NOUNS.split(), "at", "for", "from", "in", "on"])  # a variable is likely to follow
STRUCTURE = INTRODUCING | {"by", "of", "to", "with"}  # more words that say what is after them

Words = tuple[str, ...]
Groups = dict[Words, list[int]]  # a wording, and the messages it stands for


def split_words(text: str) -> Words:
    """The words of a masked message.

    A list is as long as it happens to be: a word or phrase that follows itself is taken once.
    """
    plain = text.split(" ")
    if len(set(plain)) < len(plain):
        text = _REPEATED.sub(r"\1", text)
    return tuple(_WORD.findall(text))


def varies(word: str) -> bool:
    """Whether a word is known to be no constant."""
    return word == VARYING or word in PLACEHOLDERS


def find_common(messages: Sequence[Words]) -> Words:
    """What messages of the same length share, and VARIABLE for the rest."""
    return tuple(column[0] if len(set(column)) == 1 else VARYING for column in zip(*messages, strict=True))


def shorten_wording(words: Words) -> Words:
    """The same with one VARIABLE for each run of them."""
    return tuple(
        word for place, word in enumerate(words) if word != VARYING or place == 0 or words[place - 1] != VARYING
    )


def number_groups(groups: Mapping[Words, list[int]]) -> tuple[list[int], list[str]]:
    """The id of each message, from 0 in the order of a group's first message, and the wordings by id."""
    ids = [0] * sum(map(len, groups.values()))
    ordered = sorted(groups.items(), key=lambda group: min(group[1]))
    for number, (_, members) in enumerate(ordered):
        for member in members:
            ids[member] = number
    return ids, [" ".join(wording) for wording, _ in ordered]
