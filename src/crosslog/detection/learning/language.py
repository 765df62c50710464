"""Runs of events as the tokens that a language model reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import PAD, Windows
from crosslog.detection.learning.counts import hash_texts

SPECIAL = 4  # the first tokens: nothing, a masked word, the begin of an answer, the end of an event
_WORD = re.compile(r"<[a-z]+>|[a-z]+")


class Language(Protocol):
    """How text becomes tokens. `nothing` pads, `begin` opens an answer, `end` closes an event."""

    @property
    def nothing(self) -> int: ...  # noqa: D102

    @property
    def begin(self) -> int: ...  # noqa: D102

    @property
    def end(self) -> int: ...  # noqa: D102

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, without any around it."""
        ...


@dataclass(frozen=True)
class HashedWords:
    """Lower-case words and placeholders, each one of `size` tokens by its hash: a vocabulary that no log outgrows."""

    size: int
    nothing: int = 0
    masked: int = 1
    begin: int = 2
    end: int = 3

    def encode(self, text: str) -> list[int]:
        """A token for each word."""
        hashes = hash_texts(_WORD.findall(text.lower()))
        tokens: list[int] = (hashes % np.uint64(self.size - SPECIAL) + np.uint64(SPECIAL)).tolist()
        return tokens


def write_tokens(
    windows: Windows, ids: NDArray[np.int32], language: Language, each: int, most: int
) -> NDArray[np.int64]:
    """(n, at most `most`) tokens of (n, length) runs: of each event the first `each` of its text, and an `end`.

    Each distinct text is encoded once.
    """
    texts, places = np.unique(ids, return_inverse=True)
    words = [
        [] if text == PAD else [*language.encode(windows.events.texts.texts[text])[:each], language.end]
        for text in texts
    ]
    rows = stack_tokens(words, language.nothing)[places.reshape(ids.shape)].reshape(len(ids), -1)
    order = np.argsort(rows == language.nothing, axis=1, kind="stable")  # what is said moves to the front
    packed = np.take_along_axis(rows, order, axis=1)
    longest = int((packed != language.nothing).sum(axis=1).max(initial=1))
    return packed[:, : min(longest, most)]


def stack_tokens(rows: Sequence[Sequence[int]], nothing: int) -> NDArray[np.int64]:
    """(n, longest) tokens, padded."""
    dense = np.full((len(rows), max(1, *map(len, rows))), nothing, dtype=np.int64)
    for row, tokens in zip(dense, rows, strict=True):
        row[: len(tokens)] = tokens
    return dense
