"""Windows as samples: each distinct one once, with its share."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from detection.made import make_texts, make_windows
from torch import Tensor

from crosslog.detection.events import Windows
from crosslog.detection.learning.distinct import Samples, score_distinct, store_samples

TEXTS = make_texts(np.eye(6))
ROWS = [[0, 1], [2, 3], [0, 1], [0, 1], [4]]
FLAGS = [[0, 0], [0, 1], [0, 0], [1, 0], [0]]


def windows(rows: list[list[int]] = ROWS, flags: list[list[int]] = FLAGS) -> Windows:
    return make_windows(rows, flags, TEXTS)


def rows_of(samples: Samples) -> list[tuple[list[int], int, int, float]]:
    """Texts of each sample, whether it is anomalous, its system and its share."""
    texts = samples.table.argmax(dim=1)
    ids = [texts[row[real]].tolist() for row, real in zip(samples.ids, samples.real, strict=True)]
    rest = (samples.anomalous.tolist(), samples.systems.tolist(), samples.weights.tolist())
    return sorted(zip(ids, *rest, strict=True))


def test_windows_alike_in_texts_label_and_system_are_one() -> None:
    store = store_samples([[windows()], [windows(ROWS[:2], FLAGS[:2])]])
    assert store.sizes == (5, 2)
    assert len(store.distinct.ids) == 6
    found = rows_of(store.pick(torch.arange(7)))
    assert [row[:3] for row in found] == [
        ([0, 1], 0, 0), ([0, 1], 0, 1), ([0, 1], 1, 0), ([2, 3], 1, 0), ([2, 3], 1, 1), ([4], 0, 0),
    ]  # fmt: skip
    assert [row[3] for row in found] == pytest.approx([2 / 7, 1 / 7, 1 / 7, 1 / 7, 1 / 7, 1 / 7])


def test_what_is_picked_twice_weighs_twice_and_brings_its_texts_alone() -> None:
    picked = store_samples([[windows()]]).pick(torch.tensor([1, 4, 4, 4]))
    assert rows_of(picked) == [([2, 3], 1, 0, 0.25), ([4], 0, 0, 0.75)]
    assert len(picked.table) == 3


def test_windows_of_other_lengths_are_padded_to_the_longest() -> None:
    store = store_samples([[windows([[5]], [[0]])], [windows()]])
    assert [row[:3] for row in rows_of(store.pick(torch.tensor([0, 1])))] == [([0, 1], 0, 1), ([5], 0, 0)]


def test_withheld_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="withheld"):
        store_samples([[windows().withhold()]])


def test_each_distinct_window_is_scored_once() -> None:
    met = []

    def score(samples: Samples) -> Tensor:
        met.extend(rows_of(samples))
        return samples.table.argmax(dim=1)[samples.ids[:, 0]].double()

    assert score_distinct(windows().withhold(), score).tolist() == [0, 2, 0, 0, 4]
    assert [row[0] for row in met] == [[0, 1], [2, 3], [4]]
    assert score_distinct(windows().take(slice(0, 0)), score).tolist() == []
