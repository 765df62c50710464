"""Which wordings are the same before and after a span of words: every pair of them, without comparing pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.wordings.splitting import FEW
from crosslog.logs.wordings.words import STRUCTURE, VARYING, Words, varies

LONGEST = 9  # words of a value
LIMIT = 200  # words of a wording; longer ones have nothing in common with others
FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd (Knuth, The Art of Computer Programming 3, 6.4)

Span = tuple[int, int, int]  # number of the wording, start, end
Keys = NDArray[np.uint64]
Packed = NDArray[np.int64]  # number, start, end in 31, 16 and 16 bits, and whether something in it varies


def find_common_spans(wordings: Sequence[Words]) -> Iterator[list[Span]]:
    """Spans with the same words around them: more than FEW, or two with something that varies in one of them."""
    codes = {word: code for code, word in enumerate(dict.fromkeys(word for wording in wordings for word in wording))}
    by_length: dict[int, list[int]] = defaultdict(list)
    for number, wording in enumerate(wordings):
        if len(wording) <= LIMIT:
            by_length[len(wording)].append(number)
    matrices = [np.asarray([[codes[word] for word in wordings[n]] for n in of]) for of in by_length.values()]
    kinds = _kinds(list(codes))
    parts = [_spans(np.asarray(of), matrix, kinds) for of, matrix in zip(by_length.values(), matrices, strict=True)]
    if parts:
        keys, packed = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        for run in _runs(keys, packed):
            spans = [(value >> 33, value >> 17 & 0xFFFF, value >> 1 & 0xFFFF) for value in run.tolist()]
            yield from _truly_common(wordings, spans)


def _kinds(words: Sequence[str]) -> NDArray[np.bool_]:
    """By word: whether it varies, whether it is VARIABLE, whether it is of STRUCTURE; (3, words)."""
    flags = [
        [varies(word) for word in words],
        [word == VARYING for word in words],
        [word in STRUCTURE for word in words],
    ]
    return np.asarray(flags, dtype=np.bool_)


def _spans(numbers: NDArray[np.int64], codes: NDArray[np.int64], kinds: NDArray[np.bool_]) -> tuple[Keys, Packed]:
    """A key that says what is around a span, and the span, for all that may be a value; wordings of one length."""
    length = codes.shape[1]
    before, after = _hashes(codes), _hashes(codes[:, ::-1])[:, ::-1]
    varying, variable, structure = (_running(kind[codes]) for kind in kinds)
    keys, packed = [], []
    for start in range(length + 1):
        for end in range(start, min(start + LONGEST, start + length // 2, length) + 1):
            # beside a variable a word of STRUCTURE says that there are two
            one = (variable[:, end] == variable[:, start]) | (structure[:, end] == structure[:, start])
            keys.append((before[:, start] * FACTOR ^ after[:, end])[one])
            packed.append((numbers << 33 | start << 17 | end << 1 | (varying[:, end] > varying[:, start]))[one])
    return np.concatenate(keys), np.concatenate(packed)


def _hashes(codes: NDArray[np.int64]) -> Keys:
    """A hash of the first 0, 1, ... words of each wording."""
    hashes = np.zeros((len(codes), codes.shape[1] + 1), dtype=np.uint64)
    for place in range(codes.shape[1]):
        mixed = (hashes[:, place] ^ (codes[:, place].astype(np.uint64) + np.uint64(1))) * FACTOR
        hashes[:, place + 1] = mixed ^ mixed >> np.uint64(29)
    return hashes


def _running(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many are true before each place."""
    return np.pad(flags.cumsum(axis=1), ((0, 0), (1, 0)))


def _runs(keys: Keys, packed: Packed) -> Iterator[Packed]:
    order = np.argsort(keys, kind="stable")
    keys, packed = keys[order], packed[order]
    edges = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    starts, ends = np.append(0, edges), np.append(edges, len(keys))
    sizes = ends - starts
    kept = (sizes > 1) & ((sizes > FEW) | (np.add.reduceat(packed & 1, starts) > 0))
    for start, end in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True):
        yield packed[start:end]


def _truly_common(wordings: Sequence[Words], spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Apart again what only the hash had together."""
    around: dict[tuple[Words, Words], list[Span]] = defaultdict(list)
    for number, start, end in spans:
        around[wordings[number][:start], wordings[number][end:]].append((number, start, end))
    yield from (same for same in around.values() if len(same) > 1)
