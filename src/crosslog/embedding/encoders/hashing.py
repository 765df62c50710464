"""Seeded, signed feature hashing of words and word pairs (Weinberger et al. 2009): for tests and quick runs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crosslog.ranges import Count
from crosslog.vectors import normalise_vectors

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hashing:
    """Counts of words and of pairs of neighbours, hashed into `dim` signed places.

    Attributes
    ----------
    dim : numbers in a vector
    seed : another seed gives other places
    """

    dim: Count
    seed: int
    unit_length = True

    def identity(self) -> str:
        """Encoder and options; there are no weights."""
        return f"hashing-{self.dim}-{self.seed}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) float32 vectors of length one."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for feature in features(text):
                place, sign = self._hashed(feature)
                row[place] += sign
            if not row.any():  # no features, or all of them cancelled out
                row[self._hashed(text)[0]] = 1
        return normalise_vectors(vectors)

    def _hashed(self, feature: str) -> tuple[int, int]:
        digest = hashlib.blake2b(feature.encode(), digest_size=8, key=str(self.seed).encode()).digest()
        number = int.from_bytes(digest, "little")
        return (number >> 1) % self.dim, 1 if number & 1 else -1


def features(text: str) -> Iterator[str]:
    """The lower-case words of a text, then its pairs of neighbours."""
    words = WORD.findall(text.lower())
    yield from words
    yield from (f"{first} {second}" for first, second in pairwise(words))
