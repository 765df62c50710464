"""Templates of messages by a fixed-depth tree (He et al., ICWS 2017), looked over once all messages are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.wordings.joining import join_groups
from crosslog.logs.wordings.splitting import split_clusters
from crosslog.logs.wordings.words import PLACEHOLDERS, VARYING, Words, number_groups, split_words, varies


@dataclass(frozen=True)
class Drain:
    """A miner.

    Messages of one length that begin alike are compared word by word, in the order in which they were first seen; a
    message joins the most similar template or founds one. What masking put for a variable is like any other such word.
    Then templates are looked over with all messages known: split where a slot holds one of a few words
    (`wordings.splitting`), joined where they differ in the value of a variable only (`wordings.joining`).

    Attributes
    ----------
    depth : levels of the tree, at least 3; the root, the length and the leaves count
    similarity : share of a template's words that a message must have to join it
    max_children : branches of a node
    """

    depth: int
    similarity: float
    max_children: int

    def mine(self, texts: Sequence[str], counts: Sequence[int]) -> tuple[list[int], list[str]]:
        """The template of each message (ids from 0 in first-seen order), and the templates' wordings by id."""
        messages = [split_words(text) for text in texts]
        return number_groups(join_groups(split_clusters(messages, self._clusters(messages)), counts))

    def _clusters(self, messages: Sequence[Words]) -> Iterator[list[int]]:
        vocabulary = dict.fromkeys([VARYING, *PLACEHOLDERS], 0)
        leaves: dict[tuple[int | str, ...], _Leaf] = {}
        children: dict[tuple[int | str, ...], set[str]] = {}
        for number, message in enumerate(messages):
            codes = [vocabulary.setdefault(word, len(vocabulary)) for word in message]
            path = self._path(message, children)
            if path not in leaves:
                leaves[path] = _Leaf(len(message))
            leaves[path].add(number, np.asarray(codes, dtype=np.int32), self.similarity)
        for leaf in leaves.values():
            yield from leaf.members

    def _path(self, message: Words, children: dict[tuple[int | str, ...], set[str]]) -> tuple[int | str, ...]:
        path: tuple[int | str, ...] = (len(message),)
        for word in message[: self.depth - 3]:
            known = children.setdefault(path, set())
            branch = VARYING if varies(word) or (word not in known and len(known) >= self.max_children) else word
            known.add(branch)
            path = (*path, branch)
        return path


@dataclass
class _Leaf:
    """Templates as rows of codes: 0 for what masking put, -1 for what varies, else the word."""

    length: int
    members: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rows: NDArray[np.int32] = np.empty((4, self.length), dtype=np.int32)

    def add(self, number: int, message: NDArray[np.int32], similarity: float) -> None:
        rows = self._rows[: len(self.members)]
        if len(rows):
            alike = (rows == message) | ((rows == -1) & (message == 0))
            shares = alike.sum(axis=1)
            best = int(np.argmax(shares * (self.length + 1) + (rows <= 0).sum(axis=1)))  # of equal ones the widest
            if shares[best] >= similarity * self.length:
                rows[best][~alike[best]] = -1
                self.members[best].append(number)
                return
        if len(rows) == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[len(rows)] = message
        self.members.append([number])
