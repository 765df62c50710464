"""Trees of prefixes from windows written by hand."""

from __future__ import annotations

import numpy as np

from crosslog.detection.learning.prefixes import build_prefixes
from crosslog.detection.learning.runs import order_by_prefix

WINDOWS = np.array([[7, 1, 2], [7, 1, 3], [5, 1, 2], [7, 1, 2], [7, 4, 2]])


def test_each_distinct_prefix_is_one_node() -> None:
    tree, nodes = build_prefixes(WINDOWS)
    assert tree.sizes == [2, 3, 4]  # 5, 7; 51, 71, 74; 512, 712, 713, 742
    assert np.array_equal(nodes[0], nodes[3])
    assert len(np.unique(nodes)) == len(tree.rows) == 9
    assert nodes[0, 1] == nodes[1, 1]
    assert nodes[0, 2] != nodes[1, 2]


def test_a_node_names_its_last_event_and_the_prefix_before_it() -> None:
    tree, nodes = build_prefixes(WINDOWS)
    assert np.array_equal(tree.rows.numpy()[nodes], WINDOWS)
    assert np.array_equal(tree.parents.numpy()[nodes[:, 1:]], nodes[:, :-1])


def test_a_step_knows_its_parents_among_the_step_before_where_they_are_not_the_same() -> None:
    branching, _ = build_prefixes(np.array([[1, 2, 2], [1, 3, 3]]))
    rows, parents = zip(*branching.steps, strict=True)
    assert [step.tolist() for step in rows] == [[1], [2, 3], [2, 3]]
    assert parents[0] is None
    assert parents[1] is not None
    assert parents[1].tolist() == [0, 0]
    assert parents[2] is None


def test_the_nodes_of_a_tree_are_rows_of_the_layer_below() -> None:
    tree, _ = build_prefixes(WINDOWS)
    above = tree.of_nodes
    assert above.rows.tolist() == list(range(9))
    assert above.parents.tolist() == tree.parents.tolist()


def test_windows_that_begin_alike_stand_together_even_with_ids_beyond_a_byte() -> None:
    windows = np.random.default_rng(1).choice([1, 255, 256, 65536, 2**31 - 1], (200, 4))
    ranked = windows[order_by_prefix(windows)]
    for length in range(1, 5):
        begins = ranked[:, :length]
        changes = (begins[1:] != begins[:-1]).any(axis=1).sum()
        assert changes + 1 == len(np.unique(begins, axis=0))
