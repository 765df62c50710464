"""LogSynergy's objective part by part, and training it: what moves what, and how the pace goes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from detection.pairs import problem_of_pairs
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

from crosslog.detection.learning.adversary import reversal_strength
from crosslog.detection.learning.disentangling import FeatureSizes, LossWeights, Pace, SynergyNetwork
from crosslog.detection.learning.distinct import SampleStore, store_samples
from crosslog.detection.learning.joint_training import Schedule, draw_mixed, train_jointly
from crosslog.detection.learning.training import Plan
from crosslog.detection.learning.window_encoder import EncoderSizes, WindowEncoder

SOURCES, TARGET = problem_of_pairs()
SIZES = FeatureSizes(reduction=8, feature=4, estimator=8, discriminator=6)
FULL = LossWeights(system=1.0, information=0.1, domain=0.2, anomaly=0.5)


def store(taught: int = 60) -> SampleStore:
    return store_samples([*([episode.support.take(slice(0, taught))] for episode in SOURCES), [TARGET.support]])


def network(weights: LossWeights = FULL, frozen: bool = False, systems: int = 3) -> SynergyNetwork:
    torch.manual_seed(0)
    encoder = WindowEncoder(8, EncoderSizes(1, 8, 2, 16, 0.0))
    return SynergyNetwork(encoder, SIZES, weights, systems, frozen)


def slopes(model: SynergyNetwork, part: str, reversal: float = 1.0) -> set[str]:
    """Which modules one part of the objective moves."""
    samples = store().pick(torch.arange(40, 240))
    losses: Any = model.losses(model(samples), samples, Pace(reversal, 0.5))
    model.zero_grad()
    getattr(losses, part).backward()
    moved = {name for name, given in model.named_parameters() if given.grad is not None and given.grad.any()}
    return {name.partition(".")[0] for name in moved}


def test_each_part_reaches_its_own_heads_and_the_encoder() -> None:
    features = {"encoder", "reduction"}
    assert slopes(network(), "anomaly") == features | {"anomaly"}
    assert slopes(network(), "system") == features | {"system"}
    assert slopes(network(), "information") == features | {"club"}
    assert slopes(network(), "domain") == features | {"adversary"}


def test_without_reversal_the_domain_loss_moves_the_discriminators_alone() -> None:
    assert slopes(network(), "domain", reversal=0.0) == {"adversary"}


def test_a_weight_of_nought_takes_the_part_away() -> None:
    def parts(**weights: float) -> set[str]:
        return {name for name, _ in network(FULL._replace(**weights)).named_children()}

    common = {"encoder", "reduction", "anomaly"}
    assert parts() == common | {"club", "adversary", "system"}
    assert parts(domain=0.0) == common | {"club", "system"}
    assert parts(system=0.0, information=0.0) == common | {"adversary"}
    assert network(FULL._replace(system=0.0, information=0.0)).reduction[-1].out_features == SIZES.feature
    assert network(FULL._replace(information=0.0)).reduction[-1].out_features == 2 * SIZES.feature
    assert network(systems=1).adversary is None


def test_the_anomalous_class_weighs_what_it_is_told() -> None:
    samples = store().pick(torch.arange(60))
    model = network(FULL._replace(anomaly=0.75))
    features = model(samples)
    each = torch.nn.functional.cross_entropy(model.anomaly(features.unified), samples.anomalous, reduction="none")
    weights = samples.weights * torch.tensor([0.25, 0.75])[samples.anomalous]
    expected = (weights * each).sum() / weights.sum()
    assert torch.allclose(model.losses(features, samples, Pace()).anomaly, expected)


def test_the_objective_is_the_sum_of_its_parts_and_a_count_stands_for_copies() -> None:
    model, chosen = network(), torch.tensor([3, 3, 3, 70, 130, 150, 150])
    picked = store().pick(chosen)
    places = [int(place) for place in torch.repeat_interleave((picked.weights * 7).round().long())]
    copied = picked._replace(
        ids=picked.ids[places], real=picked.real[places], anomalous=picked.anomalous[places],
        systems=picked.systems[places], weights=torch.full((7,), 1 / 7),
    )  # fmt: skip
    one, other = (model.losses(model(samples), samples, Pace(0.5, 0.25)) for samples in (picked, copied))
    assert torch.allclose(one.total, one.anomaly + one.system + one.information + one.domain)
    assert len(copied.ids) > len(picked.ids)
    assert all(torch.allclose(*pair, atol=1e-6) for pair in zip(one[:4], other[:4], strict=True))


@pytest.mark.parametrize(("sizes", "length"), [((30, 10, 100), 100), ((30, 90, 50), 120)])
def test_an_epoch_holds_the_longer_side_once_and_repeats_the_other(sizes: tuple[int, ...], length: int) -> None:
    batches = list(draw_mixed(sizes, 16, torch.Generator().manual_seed(0)))
    taught = sum(sizes[:-1])
    drawn = torch.cat(batches)
    assert all(int((batch < taught).sum()) * 2 == len(batch) <= 16 for batch in batches)
    for side in (drawn[drawn < taught], drawn[drawn >= taught]):
        counts = side.unique(return_counts=True)[1]
        assert len(side) == length
        assert counts.max() - counts.min() <= 1
    assert drawn.unique().numel() == sum(sizes)


def test_the_target_alone_is_drawn_once() -> None:
    (batches,) = [list(draw_mixed((50,), 16, torch.Generator().manual_seed(0)))]
    assert torch.cat(batches).sort().values.tolist() == list(range(50))


def test_the_reversal_reaches_its_end_and_the_factor_moves() -> None:
    plan = Plan(epochs=4, batch_size=64, learning_rate=0.02, weight_decay=0.0, seed=1)
    paces = train_jointly(network(), store(), plan, Schedule(warm_up=0.2))
    assert [pace.reversal for pace in paces] == sorted({pace.reversal for pace in paces})
    assert paces[-1].reversal == reversal_strength(1)
    assert paces[0].factor == 0.5
    assert len({pace.factor for pace in paces}) > 1
    assert all(0 <= pace.factor <= 1 for pace in paces)


def test_as_in_code_the_extra_heads_stay_as_they_were_drawn_and_the_pace_sticks() -> None:
    plan = Plan(epochs=2, batch_size=64, learning_rate=0.02, weight_decay=0.01, seed=1)
    model = network(frozen=True)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    paces = train_jointly(model, store(), plan, Schedule(warm_up=0.2))
    same = {name for name, value in model.state_dict().items() if torch.equal(value, before[name])}
    assert {name.partition(".")[0] for name in same} == {"club", "adversary"}
    assert same == {name for name in before if name.startswith(("club", "adversary"))}
    assert paces == [Pace(pytest.approx(0.46212, abs=1e-5), 0.5)] * 2


def test_club_and_the_others_take_turns_and_the_others_rate_rises_and_falls() -> None:
    turns: list[tuple[list[int], float]] = []

    def remember(optimiser: Optimizer, *_: Any) -> None:
        counts = [len(group["params"]) for group in optimiser.param_groups]
        turns.append((counts, optimiser.param_groups[-1]["lr"]))

    model = network()
    hook = register_optimizer_step_pre_hook(remember)
    try:
        train_jointly(model, store(), Plan(5, 120, 0.1, 0.0, 1), Schedule(warm_up=0.4))
    finally:
        hook.remove()
    assert model.club is not None
    club, rest = [len(list(model.club.parameters()))], [len(model.discriminating), len(model.trained)]
    assert sum(club + rest) == len(list(model.parameters()))
    assert [counts for counts, _ in turns] == [club, rest] * 20
    assert [rate for _, rate in turns[::2]] == [0.1] * 20
    rising, falling = [0.1 * (step + 1) / 8 for step in range(8)], [0.1 * (20 - step) / 13 for step in range(8, 20)]
    assert [rate for _, rate in turns[1::2]] == pytest.approx(rising + falling)
