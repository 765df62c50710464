"""A plain training loop over batches of runs, and what a classifier of events makes of its logits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from crosslog.detection.learning.device import current_device
from crosslog.detection.learning.sequences import Sequences


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train; AdamW is Adam where the decay is 0."""

    epochs: int
    batch_size: int  # runs
    learning_rate: float
    weight_decay: float
    seed: int


def train_network(model: nn.Module, loss: Callable[[Tensor], Tensor], count: int, plan: Plan) -> None:
    """Minimise a loss of run numbers over all `count` runs, in an order drawn anew each epoch; `model` is changed."""
    generator = torch.Generator().manual_seed(plan.seed)
    optimiser = build_optimiser(model, plan.learning_rate, plan.weight_decay)
    with enable_dropout(model, plan.seed):
        for _ in range(plan.epochs):
            for chosen in torch.split(torch.randperm(count, generator=generator), plan.batch_size):
                optimiser.zero_grad()
                loss(chosen).backward()  # type: ignore[no-untyped-call]
                optimiser.step()


def build_optimiser(
    model: nn.Module, learning_rate: float, weight_decay: float, betas: tuple[float, float] = (0.9, 0.999)
) -> torch.optim.AdamW:
    """AdamW over the parameters that are not frozen; its usual averages (Kingma and Ba 2015) unless told otherwise."""
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(free, lr=learning_rate, weight_decay=weight_decay, betas=betas)


@contextmanager
def enable_dropout(model: nn.Module, seed: int) -> Iterator[None]:
    """Training mode; dropout's draws are fixed by the seed and the device, and torch's generators left as before."""
    gpus = range(torch.cuda.device_count()) if current_device().type == "cuda" else ()  # manual_seed seeds all of them
    with torch.random.fork_rng(gpus):
        torch.manual_seed(seed)
        model.train()
        yield
    model.eval()


def event_loss(logits: Tensor, inputs: Sequences) -> Tensor:
    """Mean cross-entropy over the events of (n, length, 2) logits."""
    return nn.functional.cross_entropy(logits[inputs.real], inputs.labels[inputs.real])


def anomaly_probability(logits: Tensor) -> Tensor:
    """(n, length, 2) logits to the (n, length) probability of an anomaly."""
    return logits.softmax(dim=-1)[..., 1]
