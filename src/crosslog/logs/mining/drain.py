"""Templates of messages by a fixed-depth tree (He et al., ICWS 2017), with drain3's tree and two rules on top.

Template ids are final when they are given, so that events can be written while mining goes on: a message stays in the
template it joined. For that no two templates may ever read the same. A message that would widen its template to the
wording of another joins that other one instead: that wording covers the message too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drain3.drain import Drain as Tree


@dataclass
class Drain:
    """A miner; texts are to be given once each, in the order in which they were first seen.

    Attributes
    ----------
    depth : levels of the tree, at least 3; the root, the length and the leaves count
    similarity : share of a template's words that a message must have to join it
    max_children : branches of a node
    """

    depth: int
    similarity: float
    max_children: int
    _tree: Tree = field(init=False, repr=False)
    _ids: dict[tuple[str, ...], int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._tree = Tree(depth=self.depth, sim_th=self.similarity, max_children=self.max_children)

    def add(self, text: str) -> int:
        """The id, from 0 without gaps, of the template that the text joins or founds."""
        words = tuple(text.split())
        if words in self._ids:
            return self._ids[words]
        cluster = self._tree.tree_search(self._tree.root_node, words, self.similarity, include_params=False)
        if cluster is None:
            cluster, _ = self._tree.add_log_message(text)
            self._ids[words] = cluster.cluster_id - 1
            return self._ids[words]
        wording = tuple(self._tree.create_template(words, cluster.log_template_tokens))
        if wording not in self._ids:
            self._ids[wording] = self._ids.pop(cluster.log_template_tokens)
            cluster.log_template_tokens = wording
        return self._ids[wording]

    def templates(self) -> list[str]:
        """Wordings by id, `<*>` for what varies; all different."""
        return [" ".join(wording) for wording, _ in sorted(self._ids.items(), key=lambda item: item[1])]
