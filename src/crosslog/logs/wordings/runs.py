"""KnownTemplates whose variables may have any number of words, looked up by the constant words at their two ends."""

from __future__ import annotations

from collections.abc import Iterable

from crosslog.logs.wordings.words import VARYING, Words, align_words, varies

_ANY = "<>"  # what masking put, whatever it was


class RunIndex:
    """Such patterns and their numbers: those with the longest constant beginning first, then end, then the earliest."""

    def __init__(self, patterns: Iterable[tuple[Words, int]]) -> None:
        self._known: dict[Words, dict[Words, list[tuple[Words, int]]]] = {}
        for words, number in patterns:
            first, last = words.index(VARYING), len(words) - words[::-1].index(VARYING)
            ends = self._known.setdefault(_alike(words[:first]), {})
            ends.setdefault(_alike(words[last:]), []).append((words, number))
        self._lengths = sorted({len(before) for before in self._known}, reverse=True)

    def find(self, message: Words) -> int:
        """The number of the pattern that a message fits, or -1."""
        alike = _alike(message)
        for length in self._lengths:
            ends = self._known.get(alike[:length], {}) if length <= len(alike) else {}
            for after in sorted({len(end) for end in ends}, reverse=True):
                for words, number in ends.get(alike[len(alike) - after :], ()):
                    if length + after <= len(alike) and align_words(words, message) is not None:
                        return number
        return -1


def _alike(words: Words) -> Words:
    return tuple(_ANY if varies(word) else word for word in words)
