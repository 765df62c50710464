"""What DeepLog and LogAnomaly expect of the next template, and what they make of one that they have never seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from detection.made import make_texts, make_windows, with_texts

from crosslog.detection.detectors.deeplog import DeepLog
from crosslog.detection.detectors.loganomaly import LogAnomaly
from crosslog.detection.events import Windows
from crosslog.detection.learning.next_template import rank_next
from crosslog.detection.learning.recurrent import OneHotRecurrent, Sizes
from crosslog.detection.learning.sequences import Sequences

BLOCK = {
    "window": 10, "hidden_size": 16, "layers": 1, "dropout": 0.0, "top": 1, "epochs": 60, "batch_size": 8,
    "learning_rate": 0.02, "seed": 1,
}  # fmt: skip
OPEN, READ, WRITE, CLOSE, REOPEN, FIRE = range(6)  # REOPEN means what OPEN does; nothing is like FIRE
TABLE = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0.96, 0.28, 0, 0], [0, -0.6, -0.8, 0]])
NORMAL = [[OPEN, READ, CLOSE, OPEN], [OPEN, WRITE, WRITE, CLOSE], [READ, CLOSE, OPEN, READ]] * 4


def windows(rows: Sequence[Sequence[int]], anomalous: bool = False) -> Windows:
    made = make_windows(rows, [[anomalous] * len(row) for row in rows], make_texts(TABLE))
    return replace(made, unit="window")


@cache
def deeplog(**changed: Any) -> DeepLog:
    return DeepLog(**{**BLOCK, **changed}).adapt(windows(NORMAL), [])


@cache
def loganomaly(**changed: Any) -> LogAnomaly:
    return LogAnomaly(**{**BLOCK, **changed}).adapt(windows(NORMAL), [])


def test_a_rank_has_half_its_probability_taken_off() -> None:
    logits = torch.tensor([[[0.5, 0.25, 0.25], [0.1, 0.7, 0.2]]]).log()
    found = rank_next(logits, torch.tensor([[0, 2]]))
    assert torch.allclose(found, torch.tensor([[1 - 0.25, 2 - 0.1]]))


@pytest.mark.parametrize("build", [deeplog, loganomaly])
def test_what_comes_next_is_known_and_what_does_not_is_odd(build: Any) -> None:
    asked = windows([[READ, CLOSE, OPEN, READ], [READ, CLOSE, OPEN], [OPEN, CLOSE], [READ, READ], [READ, CLOSE, CLOSE]])
    scores = build().score(asked.withhold())
    assert (scores[:2] < 0.5).all()
    assert (scores[2:] > 0.5).all()


def test_a_template_that_is_likeliest_after_none_is_within_a_longer_list() -> None:
    asked = windows([[OPEN, CLOSE], [READ, READ]]).withhold()
    assert (deeplog(top=1).score(asked) > 0.5).all()
    assert (deeplog(top=4).score(asked) < 0.5).all()  # all of the four known templates are on it


def test_a_score_grades_by_rank_between_the_threshold_and_a_new_template() -> None:
    expected, possible, odd = (
        deeplog().score(windows([row]).withhold())[0] for row in ([READ, CLOSE], [OPEN, WRITE], [CLOSE, CLOSE])
    )
    assert expected < 0.5
    assert expected < possible < odd < 1


def test_only_new_templates_count_in_a_window_of_one() -> None:
    assert deeplog().score(windows([[OPEN], [CLOSE], [FIRE]]).withhold()).tolist() == [0, 0, 1]


def test_an_unseen_template_is_an_anomaly_to_deeplog_wherever_it_stands() -> None:
    asked = windows([[OPEN, READ, CLOSE, FIRE], [REOPEN, READ], [FIRE, READ, CLOSE, OPEN]])
    assert deeplog().score(asked.withhold()).tolist() == [1, 1, 1]


def test_an_unseen_template_is_its_nearest_known_one_to_loganomaly() -> None:
    method = loganomaly()
    asked = windows([[OPEN, READ, CLOSE, REOPEN], [REOPEN, READ], [CLOSE, REOPEN, REOPEN]])
    twins = windows([[OPEN, READ, CLOSE, OPEN], [OPEN, READ], [CLOSE, OPEN, OPEN]])
    known = len(method.state["keys"])
    assert known == 4
    assert np.array_equal(method.number(asked), method.number(twins))
    assert np.array_equal(method.score(asked.withhold()), method.score(twins.withhold()))
    assert method.score(asked.withhold())[2] > 0.5


def test_a_templates_vector_is_the_mean_of_its_texts() -> None:
    given = windows([[OPEN, REOPEN, CLOSE, OPEN]])
    renamed = with_texts(given, templates=["open", "read", "write", "close", "open", "fire"])
    state = LogAnomaly(**{**BLOCK, "epochs": 1}).adapt(renamed, []).state
    assert len(state["keys"]) == 2
    of_open = 2 * (TABLE[OPEN] + TABLE[REOPEN]) / 2  # vectors of length one are stretched by sqrt(4)
    assert any(np.allclose(row, of_open, atol=1e-6) for row in state["vectors"])


def test_templates_are_known_by_their_text_and_not_by_their_number() -> None:
    asked = windows([[OPEN, READ, CLOSE, OPEN], [OPEN, CLOSE]])
    names = asked.events.texts.templates
    turned = replace(asked, events=replace(asked.events, templates=5 - asked.events.templates))
    turned = with_texts(turned, templates=[*names[::-1]])
    method = deeplog()
    assert np.array_equal(method.score(asked.withhold()), method.score(turned.withhold()))


def test_anomalous_windows_teach_nothing_not_even_that_their_templates_exist() -> None:
    rows = [*NORMAL, [FIRE, FIRE, OPEN]]
    labels = [[False] * len(row) for row in NORMAL] + [[False, True, False]]
    mixed = replace(make_windows(rows, labels, make_texts(TABLE)), unit="window")
    alone, among = (DeepLog(**BLOCK).adapt(support, []).state for support in (windows(NORMAL), mixed))
    assert all(np.array_equal(alone[name], among[name]) for name in alone)


@pytest.mark.parametrize("method", [DeepLog, LogAnomaly])
def test_without_a_normal_window_every_template_is_new(method: Any) -> None:
    adapted = method(**BLOCK).adapt(windows([[OPEN, FIRE]], anomalous=True), [])
    assert adapted.score(windows([[OPEN, READ]]).withhold()).tolist() == [1]


def test_a_long_session_is_cut_and_has_the_score_of_its_worst_part() -> None:
    method = deeplog(window=4)
    parts = method.score(windows([[OPEN, READ, CLOSE, OPEN], [CLOSE, CLOSE]]).withhold())
    whole = windows([[OPEN, READ, CLOSE, OPEN, CLOSE, CLOSE]]).withhold()
    assert method.score(replace(whole, unit="session")).tolist() == [parts.max()]


def test_counts_so_far_are_what_the_second_network_sees() -> None:
    network = OneHotRecurrent(3, Sizes(4, 1, 0.0), torch.nn.LSTM, counted=True)
    ids = torch.tensor([[1, 1, 0, 3]])  # the last is new: it counts for nothing
    inputs = Sequences(torch.zeros(4, 0), ids, torch.zeros_like(ids), torch.ones_like(ids, dtype=torch.bool))
    by_hand = torch.tensor([[[0.0, 1, 0], [0, 2, 0], [1, 2, 0], [1, 2, 0]]])
    assert torch.allclose(network.look_up(inputs), network.input(by_hand), atol=1e-6)


def test_counts_tell_what_order_alone_does_not() -> None:
    rows = [[READ] * 3 + [CLOSE], [READ, WRITE, READ, READ, CLOSE], [WRITE, READ, READ, READ, CLOSE]] * 6
    method = LogAnomaly(**{**BLOCK, "epochs": 80}).adapt(windows(rows), [])
    scores = method.score(windows([[READ, READ, READ, CLOSE], [READ, READ, CLOSE]]).withhold())
    assert scores[0] < 0.5 < scores[1]
