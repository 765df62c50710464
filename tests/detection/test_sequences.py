"""How windows become runs, and how each distinct run is scored once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from detection.made import make_texts, make_windows, with_events
from detection.toy import problem

from crosslog.detection.events import Windows
from crosslog.detection.learning.sequences import Sequences, cut_sequences, pick_source, score_sequences

TABLE = np.array([[1, 0], [0, 1], [2, 2]], dtype=np.float32)


def windows(ids: list[list[int]]) -> Windows:
    """Text 1 is anomalous."""
    return make_windows(ids, [[text == 1 for text in row] for row in ids], make_texts(TABLE, unit_length=False))


def test_windows_are_cut_and_no_run_crosses_their_edge() -> None:
    runs = cut_sequences([windows([[0, 1, 2], [2, 1, 0]])], 2)
    assert runs.table[runs.ids].tolist() == [
        [[1, 0], [0, 1]], [[2, 2], [0, 0]], [[2, 2], [0, 1]], [[1, 0], [0, 0]],
    ]  # fmt: skip
    assert runs.labels.tolist() == [[0, 1], [0, 0], [0, 1], [0, 0]]
    assert runs.real.tolist() == [[True, True], [True, False], [True, True], [True, False]]


def test_spans_of_short_and_of_long_windows_are_padded_alike() -> None:
    runs = cut_sequences([windows([[0]]), windows([[2, 2, 1], [0]])], 3)
    assert runs.real.tolist() == [[True, False, False], [True, True, True], [True, False, False]]
    assert runs.labels.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_runs_of_several_spans_share_a_table() -> None:
    runs = cut_sequences([windows([[2, 2]]), windows([[0, 2]])], 2)
    assert runs.table.tolist() == [[1, 0], [2, 2]]
    assert runs.ids.tolist() == [[1, 1], [0, 1]]


def test_some_rows_keep_only_the_texts_that_they_hold() -> None:
    some = cut_sequences([windows([[0, 1], [2, 1]])], 2).rows(torch.tensor([1]))
    assert some.table[some.ids].tolist() == [[[2, 2], [0, 1]]]
    assert len(some.table) == 2


def test_withheld_labels_cannot_be_learnt_from() -> None:
    with pytest.raises(ValueError, match="labels of these windows are withheld"):
        cut_sequences([windows([[0, 1]]).withhold()], 2)


def test_each_distinct_run_is_scored_once_and_scores_find_their_place() -> None:
    met = []

    def score(inputs: Sequences) -> torch.Tensor:
        met.append(len(inputs))
        return inputs.table[inputs.ids][..., 0]

    scores = score_sequences(windows([[0, 1, 2], [0, 1, 0], [0, 1, 2]]), 2, score)
    assert scores.tolist() == [1, 0, 2, 1, 0, 1, 1, 0, 2]
    assert sum(met) == 3
    assert scores.dtype == np.float32


def test_labels_are_not_handed_to_what_scores() -> None:
    given = windows([[0, 1, 1]])

    def score(inputs: Sequences) -> torch.Tensor:
        assert not inputs.labels.any()
        return inputs.ids.float()

    score_sequences(given, 3, score)
    score_sequences(with_events(given, labels=~given.events.labels), 3, score)


def test_the_one_source_is_support_and_query_of_that_number() -> None:
    sources, _ = problem()
    assert [given.system for given in pick_source(sources, 1)] == ["second", "second"]
    with pytest.raises(ValueError, match="source 2 is asked for, but the experiment has sources 0 to 1"):
        pick_source(sources, 2)
