"""Groups of messages as templates: their patterns, and wordings as the most frequent message of each has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.wordings.patterns import KnownTemplates, WordPattern
from crosslog.logs.wordings.words import VARYING, Words, align_words, find_words, varies

_RUN = re.compile(r"<\*>(?:[ ,]{0,3}<\*>)+")


class ClusterPart(NamedTuple):
    """Messages of one length, by number, and the pattern of their words."""

    words: Words
    members: Sequence[int]


Groups = dict[Words, list[int]]  # a wording, and the parts that it stands for


class Mined(NamedTuple):
    """The template of each statement, and all that is known now."""

    template_ids: NDArray[np.int64]
    patterns: KnownTemplates


class Said(NamedTuple):
    """Distinct statements, their words and the number of their events."""

    statements: Sequence[str]
    messages: Sequence[Words]
    counts: Sequence[int]


def name_groups(
    said: Said, parts: Sequence[ClusterPart], groups: Groups, known: Sequence[str]
) -> tuple[NDArray[np.int64], list[str], list[WordPattern]]:
    """The template of each statement (ids from 0 in the order of their first), and templates' wordings and patterns.

    Groups that are worded the same are one template. Which one a statement is of is what the patterns say, so that it
    is matched again as it was mined.
    """
    patterns = _patterns(parts, groups)
    found = KnownTemplates((), (tuple(patterns),)).match_words(said.messages)
    names = join_names(_names(said, list(groups), found), known)
    ids: dict[str, int] = {}
    for group in found.tolist():
        ids.setdefault(names[group], len(ids))
    new_id = {group: ids[name] for group, name in names.items()}
    kept = [one._replace(template=new_id[one.template]) for one in patterns if one.template in new_id]
    return np.asarray([new_id[group] for group in found.tolist()], dtype=np.int64), list(ids), kept


def _patterns(parts: Sequence[ClusterPart], groups: Groups) -> list[WordPattern]:
    fixed = [WordPattern(group, parts[part].words, False) for group, of in enumerate(groups.values()) for part in of]
    runs = [
        WordPattern(group, wording, True)
        for group, (wording, of) in enumerate(groups.items())
        if len(of) > 1 and VARYING in wording and any(word != VARYING for word in wording)
    ]
    return [*dict.fromkeys(fixed), *runs]


def _names(said: Said, wordings: Sequence[Words], found: NDArray[np.int64]) -> dict[int, str]:
    usual: dict[int, int] = {}
    for number, group in enumerate(found.tolist()):
        if group not in usual or said.counts[number] > said.counts[usual[group]]:
            usual[group] = number
    return {
        group: write_wording(said.statements[number], wordings[group], said.messages[number])
        for group, number in usual.items()
    }


def join_names(names: dict[int, str], known: Sequence[str]) -> dict[int, str]:
    """The same, where a name that has a word in the place of the `<*>` of another, or of a known one, gives way to it.

    A number is no word to miners, so that `unit <*> lost` and `unit alpha lost` have not met before.
    """
    there = {*names.values(), *known}
    hashes = {hash_words(name.split(" ")) for name in there if VARYING in name}
    wider: dict[str, str] = {}
    for name in dict.fromkeys(names.values()) if hashes else ():
        words = name.split(" ")
        total = hash_words(words)
        for place, word in enumerate(words):
            if total - hash((place, word)) + hash((place, VARYING)) in hashes and word.isalpha():
                joined = " ".join([*words[:place], VARYING, *words[place + 1 :]])
                if joined in there and joined != name:
                    wider[name] = joined
    return {group: wider.get(name, name) for group, name in names.items()}


def hash_words(words: Sequence[str]) -> int:
    """A sum over words and their places: another word at a place changes one summand."""
    return sum(hash(pair) for pair in enumerate(words))


def write_wording(statement: str, wording: Words, words: Words) -> str:
    """A statement with `<*>` for the words that vary in its group's wording; never empty."""
    places = align_words(wording, words)
    pieces, end = [], 0
    for span, place in zip(find_words(statement), places or (), strict=False):
        if wording[place] == VARYING or (varies(wording[place]) and not varies(statement[slice(*span)])):
            pieces += [statement[end : span[0]], VARYING]
            end = span[1]
    text = "".join([*pieces, statement[end:]])
    return _RUN.sub(VARYING, text) or "empty message"
