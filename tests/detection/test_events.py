"""Losses and scores over shared prefixes against those of the windows, event by event."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch
from detection.toy import LENGTH, problem
from torch import Tensor
from torch.func import functional_call

from crosslog.detection.learning import events as module
from crosslog.detection.learning.events import events, mean_loss, scores
from crosslog.detection.learning.maml import gradient
from crosslog.detection.learning.networks import EventLstm, Weights, initialise
from crosslog.detection.learning.sequences import sequences
from crosslog.detection.windows import PAD, Windows

_, TARGET = problem()


def repeated() -> Windows:
    """Equal windows with labels of their own, windows that part midway, and one that ends in padding."""
    given = TARGET.support
    ids = given.ids.copy()
    ids[1:6] = ids[0]
    ids[4:6, LENGTH // 2 :] = given.ids[7:9, LENGTH // 2 :]
    assert (ids[-1] == PAD).any()
    labels = np.random.default_rng(5).random(ids.shape) < 0.3
    return dataclasses.replace(given, ids=ids, labels=labels & (ids != PAD))


def dense(model: EventLstm, balanced: bool, dtype: torch.dtype) -> Callable[[Weights], Tensor]:
    inputs = sequences([repeated()], LENGTH)
    labels = inputs.labels[inputs.real]
    importance = 1 / torch.bincount(labels).to(dtype) if balanced else None

    def loss(weights: Weights) -> Tensor:
        logits = functional_call(model, weights, (inputs.table.to(dtype), inputs.ids))
        return torch.nn.functional.cross_entropy(logits[inputs.real], labels, importance)

    return loss


def shared(model: EventLstm, balanced: bool, dtype: torch.dtype) -> Callable[[Weights], Tensor]:
    given = events(repeated(), balanced, dtype)
    return lambda weights: mean_loss(functional_call(model, weights, (given.table, given.tree)), given.shares)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_slopes_are_those_of_the_dense_windows(
    layers: int, balanced: bool, twice: bool, dtype: torch.dtype, tolerance: float
) -> None:
    model = EventLstm(8, 4, layers, twice)
    weights = {name: weight.to(dtype) for name, weight in initialise(model, 1).items()}
    found = gradient(shared(model, balanced, dtype), weights)
    for name, slope in gradient(dense(model, balanced, dtype), weights).items():
        torch.testing.assert_close(found[name], slope, rtol=0, atol=tolerance * slope.abs().max().item())


def test_the_loss_weighs_each_window_position_and_class() -> None:
    given = repeated()
    rows = events(given)
    assert len(rows.tree.rows) < given.real.sum()
    total = rows.shares.sum(dim=0) * given.real.sum()
    assert torch.allclose(total, torch.tensor([(given.real & ~given.labels).sum(), given.labels.sum()]).float())
    assert ((rows.shares > 0).sum(dim=1) == 2).any()  # equal windows, different labels


def test_balanced_classes_weigh_the_same_and_a_single_one_everything() -> None:
    given = repeated()
    assert torch.allclose(events(given, balanced=True).shares.sum(dim=0), torch.tensor([0.5, 0.5]))
    normal = dataclasses.replace(given, labels=np.zeros_like(given.labels))
    assert torch.allclose(events(normal, balanced=True).shares.sum(dim=0), torch.tensor([1.0, 0.0]))


def test_withheld_labels_teach_nothing() -> None:
    with pytest.raises(ValueError, match="withheld"):
        events(repeated().withheld())


@pytest.mark.parametrize("at_once", [3, 512])
def test_scores_are_those_of_the_dense_windows_in_parts_of_any_size(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WINDOWS_AT_ONCE", at_once)
    model = EventLstm(8, 4)
    initialise(model, 1)
    inputs = sequences([repeated()], LENGTH)
    expected = model(inputs.table, inputs.ids).softmax(dim=2)[..., 1].detach().numpy()
    found = scores(repeated(), model)
    real = repeated().real
    assert np.allclose(found[real], expected[real], rtol=0, atol=1e-6)
    assert np.isfinite(found).all()


def test_no_windows_give_no_scores() -> None:
    none = dataclasses.replace(repeated(), ids=np.empty((0, LENGTH), np.int32))
    assert scores(none, EventLstm(8, 4)).shape == (0, LENGTH)
