"""Groups of messages: a wording and the messages it stands for."""

from __future__ import annotations

from collections.abc import Mapping

from crosslog.logs.wordings.words import Words

_NOUNS = """class client clients device devices domain driver drivers host hosts interface interfaces mode module
modules name names node nodes package packages process program reason rhost server servers service state type user
users"""
INTRODUCING = frozenset([*_NOUNS.split(), "at", "for", "from", "in", "on"])  # a variable is likely to follow
STRUCTURE = INTRODUCING | {"by", "of", "to", "with"}  # more words that say what is after them

Groups = dict[Words, list[int]]


def numbered(groups: Mapping[Words, list[int]]) -> tuple[list[int], list[str]]:
    """The id of each message, from 0 in the order of a group's first message, and the wordings by id."""
    ids = [0] * sum(map(len, groups.values()))
    ordered = sorted(groups.items(), key=lambda group: min(group[1]))
    for number, (_, members) in enumerate(ordered):
        for member in members:
            ids[member] = number
    return ids, [" ".join(wording) for wording, _ in ordered]
