"""Losses and scores over shared prefixes against those of the windows, event by event."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from detection.dense import dense_logits
from detection.made import make_windows, with_events
from detection.toy import LENGTH, problem
from torch import Tensor
from torch.func import functional_call

from crosslog.detection.events import Windows
from crosslog.detection.learning import events as module
from crosslog.detection.learning.events import build_event_tree, mean_loss, score_events
from crosslog.detection.learning.maml import gradient
from crosslog.detection.learning.networks import EventLstm, Weights, draw_weights
from crosslog.detection.learning.sequences import cut_sequences

_, TARGET = problem()


def repeated() -> Windows:
    """Equal windows with labels of their own, windows that part midway, and one that is shorter."""
    ids = TARGET.support.ids.copy()
    ids[1:6] = ids[0]
    ids[4:6, LENGTH // 2 :] = TARGET.support.ids[7:9, LENGTH // 2 :]
    rows = [row[:length] for row, length in zip(ids, TARGET.support.lengths, strict=True)]
    assert len(rows[-1]) < LENGTH
    rng = np.random.default_rng(5)
    return make_windows(rows, [rng.random(len(row)) < 0.3 for row in rows], TARGET.support.events.texts)


def dense(model: EventLstm, balanced: bool, dtype: torch.dtype) -> Callable[[Weights], Tensor]:
    inputs = cut_sequences([repeated()], LENGTH)
    labels = inputs.labels[inputs.real]
    importance = 1 / torch.bincount(labels).to(dtype) if balanced else None

    def loss(weights: Weights) -> Tensor:
        logits = dense_logits(model, weights, inputs.table.to(dtype), inputs.ids)
        return torch.nn.functional.cross_entropy(logits[inputs.real], labels, importance)

    return loss


def shared(model: EventLstm, balanced: bool, dtype: torch.dtype) -> Callable[[Weights], Tensor]:
    given = build_event_tree(repeated(), balanced, dtype)
    return lambda weights: mean_loss(functional_call(model, weights, (given.table, given.tree)), given.shares)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_slopes_are_those_of_the_dense_windows(
    layers: int, balanced: bool, twice: bool, dtype: torch.dtype, tolerance: float
) -> None:
    model = draw_weights(partial(EventLstm, 8, 4, layers, twice), seed=1)
    weights = {name: weight.detach().to(dtype) for name, weight in model.named_parameters()}
    found = gradient(shared(model, balanced, dtype), weights)
    for name, slope in gradient(dense(model, balanced, dtype), weights).items():
        torch.testing.assert_close(found[name], slope, rtol=0, atol=tolerance * slope.abs().max().item())


def test_the_loss_weighs_each_window_position_and_class() -> None:
    given = repeated()
    rows = build_event_tree(given)
    assert len(rows.tree.rows) < given.real.sum()
    total = rows.shares.sum(dim=0) * given.real.sum()
    assert torch.allclose(total, torch.tensor([(given.real & ~given.labels).sum(), given.labels.sum()]).float())
    assert ((rows.shares > 0).sum(dim=1) == 2).any()  # equal windows, different labels


def test_balanced_classes_weigh_the_same_and_a_single_one_everything() -> None:
    given = repeated()
    assert torch.allclose(build_event_tree(given, balanced=True).shares.sum(dim=0), torch.tensor([0.5, 0.5]))
    normal = with_events(given, labels=np.zeros(len(given.events), dtype=np.bool_))
    assert torch.allclose(build_event_tree(normal, balanced=True).shares.sum(dim=0), torch.tensor([1.0, 0.0]))


def test_withheld_labels_teach_nothing() -> None:
    with pytest.raises(ValueError, match="withheld"):
        build_event_tree(repeated().withhold())


@pytest.mark.parametrize("at_once", [3, 512])
def test_scores_are_those_of_the_dense_windows_in_parts_of_any_size(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WINDOWS_AT_ONCE", at_once)
    model = draw_weights(partial(EventLstm, 8, 4), seed=1)
    inputs = cut_sequences([repeated()], LENGTH)
    expected = dense_logits(model, {}, inputs.table, inputs.ids).softmax(dim=2)[..., 1].detach().numpy()
    found = score_events(repeated(), model)
    assert np.allclose(found, expected[repeated().real], rtol=0, atol=1e-6)


def test_no_windows_give_no_scores() -> None:
    assert score_events(repeated().take(slice(0, 0)), EventLstm(8, 4)).shape == (0,)
