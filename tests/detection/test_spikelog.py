"""Spiking neurons step by step, their surrogate gradient, and what SpikeLog makes of pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from detection.made import make_texts, make_windows
from detection.toy import auroc, only, problem_of_windows

from crosslog.detection.detectors import spikelog
from crosslog.detection.detectors.spikelog import SpikeLog
from crosslog.detection.learning.runs import CountedRuns
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.spiking import SpikingLayer, fire

SOURCES, TARGET = problem_of_windows()


def build(**changed: Any) -> SpikeLog:
    return SpikeLog(**{**SpikeLog.small, "seed": 1, **changed})


def one_neuron(leak: float, threshold: float, back: float) -> SpikingLayer:
    layer = SpikingLayer(1, slope=2.0)
    with torch.no_grad():
        layer.decay.fill_(torch.tensor(leak).logit().item())
        layer.threshold.fill_(threshold)
        layer.recurrent.weight.fill_(back)
        layer.recurrent.bias.fill_(0)
    return layer


def test_a_potential_leaks_gathers_fires_and_loses_the_threshold() -> None:
    spikes, potentials = one_neuron(leak=0.5, threshold=1.0, back=0.25)(torch.tensor([[[0.8], [0.8], [0.0], [0.1]]]))
    assert torch.allclose(potentials.ravel(), torch.tensor([0.8, 1.2, 0.6 + 0.25 - 1.0, 0.1 - 0.075]))
    assert spikes.ravel().tolist() == [0, 1, 0, 0]


def test_the_surrogate_gradient_is_that_of_a_fast_sigmoid() -> None:
    above = torch.tensor([-0.5, 0.0, 0.25], requires_grad=True)
    spikes = fire(above, 2.0)
    assert spikes.tolist() == [0, 0, 1]
    (spikes * torch.tensor([1.0, 1.0, 3.0])).sum().backward()
    assert above.grad is not None
    assert torch.allclose(above.grad, torch.tensor([1 / 4, 1, 3 / 2.25]))


def test_gradients_go_back_through_time_and_through_spikes() -> None:
    layer, currents = one_neuron(0.5, 1.0, 0.25), torch.tensor([[[1.5], [0.0]]], requires_grad=True)
    _, potentials = layer(currents)
    potentials[0, 1, 0].backward()
    slope = 1 / (1 + 2 * 0.5) ** 2  # of the spike at a potential .5 above
    assert currents.grad is not None
    assert torch.allclose(currents.grad.ravel(), torch.tensor([0.5 + (0.25 - 1.0) * slope, 1.0]))
    assert layer.recurrent.weight.grad.item() == 1  # the spike that it carried


def test_potentials_and_not_spikes_are_passed_on() -> None:
    network = build().build_network(3)
    quiet, louder = (
        Sequences(
            torch.full((1, 3), size), torch.zeros(2, 4, dtype=torch.long), torch.zeros(2, 4), torch.ones(2, 4) > 0
        )
        for size in (0.01, 0.02)
    )
    fired = [network.spiking[0](network.input(given.table)[given.ids])[0] for given in (quiet, louder)]
    assert torch.equal(*fired)
    assert not torch.equal(network(quiet), network(louder))


def test_pairs_are_half_of_no_label_and_a_quarter_each_of_one_and_two_anomalies() -> None:
    kinds = spikelog._Kinds(np.arange(5)[:, None], torch.tensor([2.0, 1, 1, 0, 0]), torch.tensor([0.0, 0, 0, 3, 1]))
    chosen, aims = spikelog._draw_pairs(kinds, 400, torch.Generator().manual_seed(1))
    assert aims.tolist() == [0, 0, 0.5, 1] * 100
    assert torch.equal((chosen > 2).sum(dim=1) / 2, aims)
    ones = chosen[aims == 0.5] > 2
    assert 25 < int(ones[:, 0].sum()) < 75  # the order is drawn
    assert 0.4 < float((chosen == 0).sum() / (chosen < 3).sum()) < 0.6  # as likely as it is frequent


@pytest.mark.parametrize(("share", "labelled"), [(0.98, 50), (0.5, 26), (0.0, 0), (0.01, 1)])
def test_the_share_of_labelled_anomalies_is_rounded_up_and_the_others_have_no_label(
    share: float, labelled: int
) -> None:
    runs = CountedRuns(np.arange(3)[:, None], np.array([5, 4, 0]), np.array([0, 20, 31]))
    kinds = spikelog._divide(runs, share, torch.Generator().manual_seed(0))
    assert kinds.anomalous.sum() == labelled
    assert (kinds.anomalous + kinds.unlabelled).tolist() == [5, 24, 31]
    assert kinds.anomalous[0] == 0


def test_a_window_that_goes_with_anomalies_scores_above_one_half() -> None:
    adapted = build().fit(SOURCES).adapt(TARGET.support, SOURCES)
    scores, truth = adapted.score(TARGET.query.withhold()), TARGET.query.truth
    assert scores[truth].mean() > 0.6
    assert scores[~truth].mean() < 0.4
    assert adapted.state["references_anomalous"].shape == (10, 16)


def test_sources_teach_where_they_are_asked_to() -> None:
    normal = only(TARGET.support, False)
    alone, taught = (build(with_sources=given).fit(SOURCES).adapt(normal, SOURCES) for given in (False, True))
    assert "references_anomalous" not in alone.state
    query, truth = TARGET.query.withhold(), TARGET.query.truth
    assert auroc(taught.score(query), truth) > 0.9
    assert alone.score(query).max() < 0.5  # without any anomaly it has nothing to liken windows to


def test_padding_moves_no_score() -> None:
    adapted = build(steps=2).fit(SOURCES).adapt(TARGET.support, SOURCES)
    rows = [[1, 2, 3], [4] * 10]
    texts = make_texts(TARGET.query.table[:5])
    among, alone = (
        replace(make_windows(some, [[0] * len(row) for row in some], texts), unit="window") for some in (rows, rows[:1])
    )
    assert np.allclose(adapted.score(among)[:1], adapted.score(alone), atol=1e-6)
