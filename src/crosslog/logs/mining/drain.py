"""Templates of messages by a fixed-depth tree (He et al., ICWS 2017), looked over once all messages are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosslog.logs.wordings.joining import group_parts, join_parts
from crosslog.logs.wordings.mining import Grouping, mine_new
from crosslog.logs.wordings.naming import Mined
from crosslog.logs.wordings.patterns import NONE_KNOWN, KnownTemplates
from crosslog.logs.wordings.slots import Limits
from crosslog.logs.wordings.splitting import cluster_parts, split_clusters
from crosslog.logs.wordings.tree import Tree
from crosslog.logs.wordings.words import Words


@dataclass(frozen=True)
class Drain:
    """A miner.

    Statements of one length that begin alike are compared word by word, those that share their most frequent words one
    after the other; one joins the most similar cluster or founds one. What masking put for a variable is like any other
    such word. Then clusters are looked over with all statements known: split where a slot holds one of a few words
    (`wordings.splitting`), joined where they differ in the value of a variable only (`wordings.joining`).

    Attributes
    ----------
    depth : levels of the tree, at least 3; the root, the length and the leaves count
    similarity : share of a cluster's words that a statement must have to join it
    max_children : branches of a node
    look_over : whether clusters are looked over at all
    few, many, longest, rare : as `wordings.slots.Limits` has them
    """

    depth: int
    similarity: float
    max_children: int
    look_over: bool
    few: int
    many: int
    longest: int
    rare: float

    def mine(self, texts: Sequence[str], counts: Sequence[int], known: KnownTemplates = NONE_KNOWN) -> Mined:
        """Templates of statements; those that fit none of the known ones found new ones."""
        return mine_new(self._group, texts, counts, known)

    def _group(self, messages: Sequence[Words], counts: Sequence[int]) -> Grouping:
        tree = Tree(self.depth, self.similarity, self.max_children)
        clusters = list(tree.clusters(messages))
        if not self.look_over:
            parts = cluster_parts(messages, clusters)
            return parts, group_parts(parts)
        limits = Limits(self.few, self.many, self.longest, self.rare)
        parts = split_clusters(messages, counts, clusters, limits)
        return parts, join_parts(parts, counts, limits)
