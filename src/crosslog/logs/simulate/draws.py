"""Random numbers that depend on a name, a purpose and a line number alone, so that no chunking can change them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

# SplitMix64 (Steele, Lea and Flood, 2014): its increment, then shift and multiplier of each mixing step.
INCREMENT = np.uint64(0x9E3779B97F4A7C15)
MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
LAST_SHIFT = np.uint64(31)

Numbers = NDArray[np.int64]  # of lines, nodes, wordings


@dataclass(frozen=True)
class Draws:
    """Where a simulation's randomness comes from; `name` holds its seed."""

    name: str

    def generator(self, *purpose: object) -> np.random.Generator:
        """A generator for one purpose, for what is planned once."""
        return np.random.default_rng(self._salt(*purpose))

    def bits(self, purpose: str, numbers: Numbers) -> NDArray[np.uint64]:
        """64 random bits for each number, such as a line's."""
        state = numbers.astype(np.uint64) * INCREMENT + np.uint64(self._salt(purpose))
        for shift, multiplier in MIXING:
            state = (state ^ (state >> np.uint64(shift))) * np.uint64(multiplier)
        return state ^ (state >> LAST_SHIFT)

    def uniform(self, purpose: str, numbers: Numbers) -> NDArray[np.float64]:
        """A random fraction in [0, 1) for each number."""
        return (self.bits(purpose, numbers) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, purpose: str, numbers: Numbers, limits: Numbers) -> Numbers:
        """A random integer in [0, limit) for each number and its limit."""
        scaled: Numbers = (self.uniform(purpose, numbers) * limits).astype(np.int64)
        return scaled

    def _salt(self, *purpose: object) -> int:
        text = "/".join([self.name, *map(str, purpose)])
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
