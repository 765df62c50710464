"""Templates of messages by a frequent template tree (Zhang et al., FT-tree, IWQoS 2017).

The words of a statement, without what masking put for variables, are put in the order of their frequency in the log,
the most frequent first, and form a path from the root; where a node has too many children, what follows it is no
constant and is cut. A template is what is left of a path, so its words are a set and its messages need not be equally
long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from crosslog.logs.wordings.mining import Grouping, mine_new
from crosslog.logs.wordings.naming import ClusterPart, Groups, Mined
from crosslog.logs.wordings.patterns import NONE_KNOWN, KnownTemplates
from crosslog.logs.wordings.words import VARYING, Words, varies


@dataclass(frozen=True)
class FtTree:
    """A miner.

    Attributes
    ----------
    max_children : a node with more of them becomes a leaf
    kept_words : so many words of a path, the first, are never cut
    short : messages with fewer words are templates as they are (the paper's code leaves them out)
    """

    max_children: int
    kept_words: int
    short: int

    def mine(self, texts: Sequence[str], counts: Sequence[int], known: KnownTemplates = NONE_KNOWN) -> Mined:
        """Templates of statements; those that fit none of the known ones found new ones."""
        return mine_new(self._group, texts, counts, known)

    def _group(self, messages: Sequence[Words], counts: Sequence[int]) -> Grouping:
        paths = _paths(messages, counts)
        root = _Node()
        for message, path in zip(messages, paths, strict=True):
            if len(message) >= self.short:
                root.grow(path)
        kept = [
            path if len(message) < self.short else root.kept(path, self.max_children, self.kept_words)
            for message, path in zip(messages, paths, strict=True)
        ]
        return _grouped(messages, counts, kept)


def _paths(messages: Sequence[Words], counts: Sequence[int]) -> list[Words]:
    frequency: Counter[str] = Counter()
    for message, count in zip(messages, counts, strict=True):
        frequency.update(dict.fromkeys(message, count))
    constants = [{word for word in message if not varies(word)} for message in messages]
    return [tuple(sorted(words, key=lambda word: (-frequency[word], word))) for words in constants]


@dataclass
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)

    def grow(self, path: Words) -> None:
        node = self
        for word in path:
            node = node.children.setdefault(word, _Node())

    def kept(self, path: Words, max_children: int, kept_words: int) -> Words:
        """The beginning of a path up to the first node after kept_words that has too many children."""
        node = self
        for level, word in enumerate(path):
            if level >= kept_words and len(node.children) > max_children:
                return path[:level]
            node = node.children[word]
        return path


def _grouped(messages: Sequence[Words], counts: Sequence[int], kept: Sequence[Words]) -> Grouping:
    """Groups by what was kept, worded as the most frequent message of each says it, a part for each place of its words.

    Two groups may keep the same words of usual messages that are the same but for what is cut: they are one.
    """
    members: dict[Words, list[int]] = {}
    for number, path in enumerate(kept):
        members.setdefault(path, []).append(number)
    parts: dict[Words, list[int]] = {}
    groups: dict[Words, dict[Words, None]] = {}
    for path, numbers in members.items():
        usual = messages[max(numbers, key=lambda number: (counts[number], -number))]
        constant = set(path)
        wordings = groups.setdefault(_keep(usual, constant), {})
        for number in numbers:
            wording = _keep(messages[number], constant)
            parts.setdefault(wording, []).append(number)
            wordings.setdefault(wording)
    places = {wording: place for place, wording in enumerate(parts)}
    found: Groups = {usual: [places[wording] for wording in wordings] for usual, wordings in groups.items()}
    return [ClusterPart(wording, numbers) for wording, numbers in parts.items()], found


def _keep(message: Words, constant: set[str]) -> Words:
    return tuple(word if varies(word) or word in constant else VARYING for word in message)
