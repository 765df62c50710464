"""The glossary behind the rules: terms of systems' logs and the plain names they share, from glossary.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from crosslog.settings import read_yaml

GLOSSARY_PATH = Path(__file__).with_suffix(".yaml")
SHORTEST_WORD = 3  # letters; shorter ones that the glossary does not know are mostly debris of codes
LONGEST_WORD = 45  # letters, as the longest that dictionaries of English have


@dataclass(frozen=True)
class Term:
    """A term found in a message, and its plain name; `other` is a word that the glossary does not know.

    An event also has its place in the glossary (lower is more telling), whether it takes an explanation, and how it
    reads as a reason, as what was being done and as what followed ("" where it cannot).
    """

    kind: Literal["parts", "places", "words", "events", "other"]
    name: str
    rank: int = 0
    explain: bool = False
    because: str = ""
    to: str = ""
    then: str = ""


@dataclass(frozen=True)
class Glossary:
    """Terms by their first word, the longest first, and the words without a meaning of their own."""

    terms: dict[str, list[tuple[tuple[str, ...], Term]]]
    drop: frozenset[str]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Glossary:
        """Read glossary.yaml."""
        content = read_yaml(GLOSSARY_PATH)
        terms: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
        for text, term in _terms(content):
            words = tuple(text.split())
            terms.setdefault(words[0], []).append((words, term))
        for entries in terms.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        return cls(terms, frozenset(content["drop"].split()))

    def find(self, words: Sequence[str]) -> Iterator[Term]:
        """The terms in a message from left to right, each the longest there; other words stand for themselves."""
        place = 0
        while place < len(words):
            length, found = self._longest(words, place)
            yield from found
            place += length

    def _longest(self, words: Sequence[str], place: int) -> tuple[int, list[Term]]:
        word = words[place]
        for spelling in dict.fromkeys((word, word.rstrip("0123456789"), word.removesuffix("s"))):
            entries = [
                (len(term), meaning)
                for term, meaning in self.terms.get(spelling, ())
                if tuple(words[place + 1 : place + len(term)]) == term[1:]
            ]
            if entries:  # a word may be a part and an event, as `login` is: all terms of the greatest length count
                return entries[0][0], [meaning for length, meaning in entries if length == entries[0][0]]
        telling = SHORTEST_WORD <= len(word) <= LONGEST_WORD and word.isalpha() and word not in self.drop
        return 1, [Term("other", word)] if telling else []


def _terms(content: dict[str, Any]) -> Iterator[tuple[str, Term]]:
    kinds: tuple[Literal["parts", "places", "words"], ...] = ("parts", "places", "words")
    for kind in kinds:
        for name, texts in content[kind].items():
            yield from ((str(text), Term(kind, name)) for text in texts)
    for rank, entry in enumerate(content["events"]):
        reading = {field: entry[field] for field in ("explain", "because", "to", "then") if field in entry}
        yield from ((str(text), Term("events", entry["say"], rank, **reading)) for text in entry["when"])
