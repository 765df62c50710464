"""Which wordings are the same before and after a span of words: every pair of them, without comparing pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.wordings.slots import STRUCTURE, Limits
from crosslog.logs.wordings.words import VARYING, Words

LIMIT = 200  # words of a wording; longer ones have nothing in common with others
ENDS = 5  # words at the beginning or the end that a longer wording has in common with others
FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd (Knuth, The Art of Computer Programming 3, 6.4)

Span = tuple[int, int, int]  # number of the wording, start, end
STRUCTURAL, ANY = 1, 2  # kinds of words: of STRUCTURE, VARYING

Keys = NDArray[np.uint64]
Packed = NDArray[np.int64]  # number, start, end in 32, 16 and 16 bits


def find_common_spans(wordings: Sequence[Words], limits: Limits) -> Iterator[list[Span]]:
    """Spans with the same words around them.

    Spans with as many words before and after them are looked at together, so that memory grows with the wordings alone.
    """
    tables = {length: _Table(numbers, wordings) for length, numbers in _by_length(wordings, limits).items()}
    around = {
        (start, length - end)
        for length in tables
        for start in range(length + 1)
        for end in range(start, _furthest(start, length, limits) + 1)
    }
    for before, after in sorted(around):
        parts = [
            tables[length].spans(before, length - after)
            for length in range(before + after, before + after + limits.longest + 1)
            if length in tables and length - after <= _furthest(before, length, limits)
        ]
        keys, packed = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        for run in _runs(keys, packed) if len(keys) else ():
            yield from _truly_common(wordings, [(value >> 32, value >> 16 & 0xFFFF, value & 0xFFFF) for value in run])


def _by_length(wordings: Sequence[Words], limits: Limits) -> dict[int, list[int]]:
    """Wordings that may have something in common with others, by their lengths.

    Of long ones all but a value is common, so that half of that is at the beginning, or at the end.
    """
    found: dict[int, list[int]] = defaultdict(list)
    long = limits.longest + 2 * ENDS
    starts, ends = (
        Counter(wording[part] for wording in wordings if long < len(wording) <= LIMIT)
        for part in (slice(ENDS), slice(-ENDS, None))
    )
    for number, wording in enumerate(wordings):
        if len(wording) <= long or (
            len(wording) <= LIMIT and (starts[wording[:ENDS]] > 1 or ends[wording[-ENDS:]] > 1)
        ):
            found[len(wording)].append(number)
    return found


def _furthest(start: int, length: int, limits: Limits) -> int:
    """Where a value that starts there ends at most."""
    return min(start + limits.longest, start + length // 2, length)


class _Table:
    """Wordings of one length: hashes of what is before and after each place, and how much of each kind is before it."""

    def __init__(self, numbers: list[int], wordings: Sequence[Words]) -> None:
        rows = np.asarray([[hash(word) for word in wordings[number]] for number in numbers], dtype=np.int64)
        kinds = np.asarray([[_kind(word) for word in wordings[number]] for number in numbers], dtype=np.int8)
        rows, kinds = rows.reshape(len(numbers), -1), kinds.reshape(len(numbers), -1)
        self._numbers = np.asarray(numbers)
        self._before, self._after = _hashes(rows), _hashes(rows[:, ::-1])[:, ::-1]
        self._variable, self._structure = _running(kinds == ANY), _running(kinds == STRUCTURAL)

    def spans(self, start: int, end: int) -> tuple[Keys, Packed]:
        """A key that says what is around the words from start to end, and the span, for all that may be a value."""
        # beside a variable a word of STRUCTURE says that there are two
        variable = self._variable[:, end] > self._variable[:, start]
        one = ~variable | (self._structure[:, end] == self._structure[:, start])
        keys = (self._before[:, start] * FACTOR ^ self._after[:, end])[one]
        return keys, (self._numbers << 32 | start << 16 | end)[one]


def _kind(word: str) -> int:
    return ANY if word == VARYING else STRUCTURAL if word in STRUCTURE else 0


def _hashes(codes: NDArray[np.int64]) -> Keys:
    """A hash of the first 0, 1, ... words of each wording."""
    hashes = np.zeros((len(codes), codes.shape[1] + 1), dtype=np.uint64)
    for place in range(codes.shape[1]):
        mixed = (hashes[:, place] ^ codes[:, place].astype(np.uint64)) * FACTOR
        hashes[:, place + 1] = mixed ^ mixed >> np.uint64(29)
    return hashes


def _running(flags: NDArray[np.bool_]) -> NDArray[np.int16]:
    """How many are true before each place."""
    return np.pad(flags.cumsum(axis=1, dtype=np.int16), ((0, 0), (1, 0)))


def _runs(keys: Keys, packed: Packed) -> Iterator[list[int]]:
    order = np.argsort(keys, kind="stable")
    keys, packed = keys[order], packed[order]
    edges = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    starts, ends = np.append(0, edges), np.append(edges, len(keys))
    kept = ends - starts > 1
    for start, end in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True):
        yield packed[start:end].tolist()


def _truly_common(wordings: Sequence[Words], spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Apart again what only the hash had together."""
    around: dict[tuple[Words, Words], list[Span]] = defaultdict(list)
    for number, start, end in spans:
        around[wordings[number][:start], wordings[number][end:]].append((number, start, end))
    yield from (same for same in around.values() if len(same) > 1)
