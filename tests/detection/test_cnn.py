"""Filters over a few events in a row: what they find, and what lies behind a window's last event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from detection.made import make_texts, make_windows
from detection.toy import auroc

from crosslog.detection.detectors.cnn import Cnn
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.sequences import Sequences

UP, DOWN, IDLE = range(3)
TEXTS = make_texts(np.eye(3))
BLOCK = {**Cnn.small, "epochs": 25, "dropout": 0.0, "seed": 1}


def windows(rows: Any, anomalous: Any) -> Windows:
    labels = [[bool(flag)] * len(row) for row, flag in zip(rows, anomalous, strict=True)]
    return replace(make_windows(rows, labels, TEXTS), unit="window")


def problem(seed: int) -> Windows:
    """Up, down, up is anomalous wherever it stands; up, up, down, of the same events, is not."""
    rng = np.random.default_rng(seed)
    rows, flags = np.full((80, 10), IDLE), np.arange(80) % 2 == 0
    for row, flag, place in zip(rows, flags, rng.integers(0, 8, 80), strict=True):
        row[place : place + 3] = [UP, DOWN, UP] if flag else [UP, UP, DOWN]
    return windows(rows, flags)


def test_a_pattern_is_found_wherever_it_stands_and_told_from_its_events_in_another_order() -> None:
    support, query = problem(0), problem(1)
    scores = Cnn(**BLOCK).fit([Episode(support, None)]).adapt(support, []).score(query.withhold())
    assert auroc(scores, query.truth) > 0.95


def test_an_answer_is_the_strongest_of_all_places_and_none_begins_behind_the_last_event() -> None:
    network = Cnn(**{**BLOCK, "embedding_size": 1, "filters": 1}).draw_network(dim=1)
    with torch.no_grad():
        network.input.weight.fill_(1)
        network.input.bias.zero_()
        for each in network.filters:
            each.weight.fill_(1)
            each.bias.zero_()
        network.head.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 0, 1]]))
        network.head.bias.zero_()
    table, ids = torch.tensor([[5.0], [-1], [2], [-3]]), torch.tensor([[2, 1, 2, 2, 1], [3, 3, 0, 0, 0]])
    real = torch.tensor([[True] * 5, [True, True, False, False, False]])
    found = network(Sequences(table, ids, torch.zeros_like(ids), real))
    assert torch.allclose(found[0], torch.tensor([3.0, 4]))  # 2-1+2, 2+2-1 or -1+2+2; all five
    assert torch.allclose(found[1], torch.tensor([-0.03, -0.03]))  # -3 alone; the leaky part of it


@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_window_that_is_shorter_than_a_filter_has_the_same_score_among_longer_ones(length: int) -> None:
    support = problem(0)
    adapted = Cnn(**{**BLOCK, "epochs": 2}).fit([Episode(support, None)]).adapt(support, [])
    rows = [[UP, DOWN, UP, UP][:length], [IDLE] * 10]
    among, alone = (adapted.score(windows(some, [0] * len(some)).withhold()) for some in (rows, rows[:1]))
    assert np.allclose(among[0], alone[0], atol=1e-6)
