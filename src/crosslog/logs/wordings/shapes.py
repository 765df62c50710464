"""Patterns of one length, looked up by a hash of their constant words, for many texts at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.wordings.words import VARYING, Words, varies

# Odd constants of 64 bits, of the mixing function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
_STEP, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
PLACEHOLDER, UNHEARD = 0, -1  # codes of words

Codes = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Shape = tuple[int, ...]  # places of constant words


class Vocabulary:
    """Words as codes from 1; what masking put for variables is PLACEHOLDER, whatever it was."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def learn(self, word: str) -> int:
        """The code of a word, which may be a new one."""
        return PLACEHOLDER if varies(word) else self._codes.setdefault(word, len(self._codes) + 1)

    def numbered(self) -> NDArray[np.bool_]:
        """By code: whether what the word names is numbered, or known to vary."""
        return np.asarray([True, *(VARYING in word for word in self._codes)])

    def find(self, word: str) -> int:
        """The code of a word, or UNHEARD."""
        return PLACEHOLDER if varies(word) else self._codes.get(word, UNHEARD)

    def __len__(self) -> int:
        return len(self._codes) + 1


def by_length(messages: Iterable[Words]) -> dict[int, list[int]]:
    """Which messages have so many words."""
    found: dict[int, list[int]] = {}
    for number, message in enumerate(messages):
        found.setdefault(len(message), []).append(number)
    return found


def mix_places(codes: Codes) -> Hashes:
    """A hash of each word and its place; sums of them stand for words at places. (messages, length)"""
    places = (np.arange(codes.shape[1], dtype=np.uint64) + np.uint64(1)) * _SECOND
    mixed = codes.astype(np.int64).astype(np.uint64) * _STEP + places  # no sum of place and code, which others share
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


class ShapeIndex:
    """Patterns of one length and their numbers: those with the most constant words first, then the earliest."""

    def __init__(self, patterns: Sequence[Words], numbers: Sequence[int], vocabulary: Vocabulary) -> None:
        codes = np.asarray([[vocabulary.learn(word) for word in pattern] for pattern in patterns], dtype=np.int32)
        mixed = mix_places(codes.reshape(len(patterns), -1))
        self._blocks = [
            (shape, *_sorted(_summed(mixed[rows], shape), np.asarray(numbers)[rows]))
            for shape, rows in _by_shape(patterns).items()
        ]

    def find(self, mixed: Hashes) -> NDArray[np.int64]:
        """The number of the first pattern that fits each of the messages, -1 where none does."""
        found = np.full(len(mixed), -1, dtype=np.int64)
        left = np.arange(len(mixed))
        for shape, keys, numbers in self._blocks:
            hashes = _summed(mixed[left] if len(left) < len(mixed) else mixed, shape)
            places = np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
            fits = keys[places] == hashes
            found[left[fits]] = numbers[places[fits]]
            left = left[~fits]
            if not len(left):
                break
        return found


def _by_shape(patterns: Sequence[Words]) -> Mapping[Shape, list[int]]:
    shapes: dict[Shape, list[int]] = {}
    for row, pattern in enumerate(patterns):
        shapes.setdefault(tuple(place for place, word in enumerate(pattern) if word != VARYING), []).append(row)
    return dict(sorted(shapes.items(), key=lambda item: (-len(item[0]), item[0])))


def _summed(mixed: Hashes, shape: Shape) -> Hashes:
    total = np.zeros(len(mixed), dtype=np.uint64)
    for place in shape:
        total += mixed[:, place]
    return total


def _sorted(keys: Hashes, numbers: NDArray[np.int64]) -> tuple[Hashes, NDArray[np.int64]]:
    """Each key once, with the first of its numbers."""
    keys, first = np.unique(keys, return_index=True)
    return keys, numbers[first]


def encode_words(messages: Sequence[Words], numbers: Iterable[int], vocabulary: Vocabulary) -> Codes:
    """Codes of messages of one length; (messages, length)"""
    rows: Iterator[list[int]] = ([vocabulary.find(word) for word in messages[number]] for number in numbers)
    return np.asarray(list(rows), dtype=np.int32)
