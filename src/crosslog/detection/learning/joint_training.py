"""How sources and target train a network together, CLUB and the others in turn (Cheng et al. 2020, algorithm 1)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from crosslog.detection.learning.adversary import EVEN, DomainErrors, balance_domains, reversal_strength
from crosslog.detection.learning.device import mixed_precision
from crosslog.detection.learning.disentangling import Pace, SynergyLosses, SynergyNetwork
from crosslog.detection.learning.distinct import SampleStore
from crosslog.detection.learning.training import Plan, build_optimiser, enable_dropout

DISCRIMINATORS_PACE = 10  # times as fast as what is below them, as in the code of Yu et al.: or they chase it in vain


class Schedule(NamedTuple):
    """AdamW's two averages, and the share of the steps over which its rate rises; then it falls, in a line, towards 0.

    A first average above 0 is a momentum with which features run past the discriminators, back and forth.
    """

    betas: tuple[float, float] = (0.9, 0.999)
    warm_up: float = 0.0


def train_jointly(network: SynergyNetwork, store: SampleStore, plan: Plan, schedule: Schedule) -> list[Pace]:
    """Train `network` in place on the store, whose last system is the target; the pace of each epoch's last step."""
    generator = torch.Generator().manual_seed(plan.seed)
    epochs = [list(draw_mixed(store.sizes, plan.batch_size, generator)) for _ in range(plan.epochs)]
    training = _Training(network, plan, sum(map(len, epochs)), schedule)
    paces = []
    with enable_dropout(network, plan.seed):
        for batches in epochs:
            told = [training.step(store, chosen) for chosen in batches]
            paces.append(training.pace)
            training.follow([each.errors for each in told if each.errors])
    return paces


def draw_mixed(sizes: Sequence[int], batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    """An epoch's batches of window numbers: half of the sources, half of the target, the shorter of which is repeated.

    Without sources, of the target alone.
    """
    *sources, target = sizes
    if not sum(sources):
        yield from torch.split(torch.randperm(target, generator=generator), batch)
        return
    length, half = max(sum(sources), target), max(1, batch // 2)
    both = [_repeat(count, length, generator) for count in (sum(sources), target)]
    for teaching, watched in zip(*(torch.split(each, half) for each in both), strict=True):
        yield torch.cat([teaching, watched + sum(sources)])


def _repeat(count: int, length: int, generator: torch.Generator) -> Tensor:
    """(length,) numbers below `count`: in random order, anew as often as it takes."""
    turns = [torch.randperm(count, generator=generator) for _ in range(math.ceil(length / count))]
    return torch.cat(turns)[:length]


class _Training:
    """Optimisers, and where they stand."""

    def __init__(self, network: SynergyNetwork, plan: Plan, steps: int, schedule: Schedule) -> None:
        self.network, self.steps, self.done, self.factor = network, steps, 0, EVEN
        self.estimator = None
        if network.club is not None and not network.frozen:
            self.estimator = build_optimiser(network.club, plan.learning_rate, weight_decay=0.0)
        rates = {DISCRIMINATORS_PACE * plan.learning_rate: network.discriminating, plan.learning_rate: network.trained}
        groups: list[dict[str, Any]] = [{"params": given, "lr": rate} for rate, given in rates.items()]
        self.rest = torch.optim.AdamW(groups, weight_decay=plan.weight_decay, betas=schedule.betas)
        warm = max(1, round(schedule.warm_up * steps))
        self.rate = torch.optim.lr_scheduler.LambdaLR(
            self.rest, lambda step: min((step + 1) / warm, (steps - step) / max(1, steps - warm + 1))
        )

    @property
    def pace(self) -> Pace:
        """Of the step before."""
        progress = (self.done - 1) / max(1, self.steps - 1)
        return Pace() if self.network.frozen else Pace(reversal_strength(progress), self.factor)

    def step(self, store: SampleStore, chosen: Tensor) -> SynergyLosses:
        """CLUB's likelihood first, then all others by the objective, with the same features."""
        samples = store.pick(chosen)
        self.done += 1
        with mixed_precision():
            features = self.network(samples)
        unified, specific = features
        if self.estimator is not None and specific is not None and self.network.club is not None:
            self.estimator.zero_grad()
            loss = self.network.club.likelihood_loss(unified.detach(), specific.detach(), samples.weights)
            loss.backward()  # type: ignore[no-untyped-call]
            self.estimator.step()
        losses = self.network.losses(features, samples, self.pace)
        self.rest.zero_grad()
        losses.total.backward()  # type: ignore[no-untyped-call]
        self.rest.step()
        self.rate.step()
        return losses

    def follow(self, errors: Sequence[DomainErrors]) -> None:
        """Take the dynamic factor from an epoch's errors."""
        if errors and not self.network.frozen:
            means = (torch.stack(part).mean(dim=0) for part in zip(*errors, strict=True))
            self.factor = balance_domains(DomainErrors(*means))
