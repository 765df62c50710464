"""Messages clustered as by a fixed-depth tree (He et al., ICWS 2017), in time that grows with their number only.

Messages of one length that begin alike are compared in an order that has those with the same most frequent words
together (as the paths of Zhang et al., FT-tree, IWQoS 2017), so that what is said of many names in turn is clustered by
what is said, not by name. A message joins the cluster that shares the most words with it, if that is enough, or founds
one. Two that share enough share one of the rarest words of either, so that only clusters with such a word are looked
at, and of these the latest alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.wordings.shapes import Codes, Vocabulary, by_length, encode_words, mix_places
from crosslog.logs.wordings.words import Words

VARIES = -1  # in a cluster's row
LATEST = 64  # clusters with one word that are looked at


@dataclass(frozen=True)
class Tree:
    """How clusters are told apart: as the fields of Drain."""

    depth: int
    similarity: float
    max_children: int

    def clusters(self, messages: Sequence[Words]) -> Iterator[list[int]]:
        """Numbers of messages that are alike, in order."""
        vocabulary = Vocabulary()
        for message in messages:
            for word in message:
                vocabulary.learn(word)
        numbered = vocabulary.numbered()
        for length, numbers in by_length(messages).items():
            places = np.asarray(numbers)
            codes = encode_words(messages, numbers, vocabulary).reshape(len(numbers), length)
            cluster_of = self._cluster(codes, numbered)
            order = np.argsort(cluster_of, kind="stable")
            edges = (np.flatnonzero(np.diff(cluster_of[order])) + 1).tolist()
            ordered = places[order].tolist()
            yield from (ordered[start:end] for start, end in pairwise([0, *edges, len(ordered)]))

    def _cluster(self, codes: Codes, numbered: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The cluster of each message of one length."""
        length = codes.shape[1]
        needed = ceil(self.similarity * length - 1e-9)
        if needed == length or len(codes) == 1:
            return _equal(codes)
        keys, sizes = _keys(codes, self._leaves(np.where(numbered[codes], 0, codes)))
        cluster_of = np.arange(len(codes))
        together = np.flatnonzero((sizes[keys] > 1).sum(axis=1) >= needed)  # the others share too little with any
        if len(together):
            together = together[_by_path(keys[together], sizes)]
            rarest = np.argsort(sizes[keys[together]], axis=1, kind="stable")[:, : length - needed + 1]
            leaf = _Leaf(codes[together], keys[together], rarest, needed, len(sizes))
            cluster_of[together] = together[leaf.cluster()]
        return cluster_of

    def _leaves(self, codes: Codes) -> NDArray[np.int64]:
        """The leaf of each message: by its first words, as far as a node has branches for them."""
        leaves = np.zeros(len(codes), dtype=np.int64)
        for place in range(min(self.depth - 3, codes.shape[1])):
            width = int(codes.max()) + 1
            pairs = leaves * width + codes[:, place]
            known, first, of = np.unique(pairs, return_index=True, return_inverse=True)
            rank = _ranks(known // width, first)
            branch = np.where(rank < self.max_children, known, known // width * width)
            leaves = np.unique(branch, return_inverse=True)[1][of]
        return leaves


def _by_path(keys: NDArray[np.int32], sizes: NDArray[np.int32]) -> NDArray[np.int64]:
    """An order of messages in which those with the same most frequent words follow one another."""
    paths = np.take_along_axis(keys, np.argsort(-sizes[keys], axis=1, kind="stable"), axis=1)
    return np.lexsort(paths.T[::-1])


def _equal(codes: Codes) -> NDArray[np.int64]:
    """The first message with the same words."""
    hashes = mix_places(codes).sum(axis=1, dtype=np.uint64)
    _, first, of = np.unique(hashes, return_index=True, return_inverse=True)
    return np.asarray(first[of], dtype=np.int64)


def _ranks(parents: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """The how-manieth branch of its parent each is, by its first message."""
    order = np.lexsort((first, parents))
    starts = np.flatnonzero(np.diff(parents[order], prepend=-1))
    ranks = np.empty(len(parents), dtype=np.int64)
    ranks[order] = np.arange(len(parents)) - np.repeat(starts, np.diff(np.append(starts, len(parents))))
    return ranks


def _keys(codes: Codes, leaves: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """A number for each word at its place in a leaf, and how many messages have it."""
    keys, sizes, count = np.empty(codes.shape, dtype=np.int32), [np.zeros(0, dtype=np.int32)], 0
    width = int(codes.max(initial=0)) + 1
    for place in range(codes.shape[1]):
        _, of, counts = np.unique(leaves * width + codes[:, place], return_inverse=True, return_counts=True)
        keys[:, place] = of + count
        sizes.append(counts.astype(np.int32))
        count += len(counts)
    return keys, np.concatenate(sizes)


class _Leaf:
    """Clusters as rows of codes, VARIES where their messages differ, and lists of those that have a word at a place."""

    def __init__(
        self, codes: Codes, keys: NDArray[np.int32], rarest: NDArray[np.int64], needed: int, words: int
    ) -> None:
        self._codes, self._keys, self._rarest, self._needed = codes, keys, rarest.tolist(), needed
        self._rows = codes.copy()  # of a cluster: at the place of its first message
        self._latest = array("i", [-1]) * words  # the last cluster with a word
        self._before = np.full(codes.shape, -1, dtype=np.int32)  # the one before it

    def cluster(self) -> NDArray[np.int64]:
        """The first message of the cluster of each."""
        of = np.arange(len(self._codes))
        for number, rarest in enumerate(self._rarest):
            best = self._best(number, rarest)
            if best < 0:
                self._found(number)
            else:
                of[number] = best
                self._rows[best][self._rows[best] != self._codes[number]] = VARIES
        return of

    def _best(self, number: int, rarest: list[int]) -> int:
        candidates: set[int] = set()
        for place in rarest:
            cluster = self._latest[self._keys.item(number, place)]
            for _ in range(LATEST):
                if cluster < 0:
                    break
                candidates.add(cluster)
                cluster = self._before.item(cluster, place)
        if not candidates:
            return -1
        places = np.fromiter(sorted(candidates), dtype=np.int64, count=len(candidates))
        rows = self._rows[places]
        message = self._codes[number]
        shares = ((rows == message) | ((rows == VARIES) & (message == 0))).sum(axis=1)
        best = int(np.argmax(shares * (len(message) + 1) + (rows <= 0).sum(axis=1)))  # of equal ones the widest
        return int(places[best]) if shares[best] >= self._needed else -1

    def _found(self, number: int) -> None:
        for place, key in enumerate(self._keys[number].tolist()):
            self._before[number, place] = self._latest[key]
            self._latest[key] = number
