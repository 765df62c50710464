"""A plain training loop over batches of runs, and a module's weights out of and into a detector's state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from crosslog.detection.detector import State
from crosslog.detection.learning import device
from crosslog.detection.learning.networks import to_weights
from crosslog.detection.learning.sequences import Sequences

Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train; AdamW is Adam where the decay is 0."""

    epochs: int
    batch_size: int  # runs
    learning_rate: float
    weight_decay: float
    seed: int


def trained(model: Module, loss: Callable[[Tensor], Tensor], count: int, plan: Plan) -> Module:
    """Minimise a loss of run numbers over all `count` runs, in an order drawn anew each epoch; `model` is changed."""
    generator = torch.Generator().manual_seed(plan.seed)
    optimiser = adamw(model, plan.learning_rate, plan.weight_decay)
    with training(model, plan.seed):
        for _ in range(plan.epochs):
            for chosen in torch.split(torch.randperm(count, generator=generator), plan.batch_size):
                optimiser.zero_grad()
                loss(chosen).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
    return model


def adamw(model: nn.Module, learning_rate: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW over the parameters that are not frozen."""
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(free, lr=learning_rate, weight_decay=weight_decay)


@contextmanager
def training(model: nn.Module, seed: int) -> Iterator[None]:
    """Dropout on, its draws fixed by the seed and the device; after it dropout is off, torch's generators as before."""
    gpus = range(torch.cuda.device_count()) if device.asked().type == "cuda" else ()  # manual_seed seeds all of them
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


def loaded(model: Module, state: State) -> Module:
    """The module with the weights of its names in `state`, on the device, dropout off."""
    weights = to_weights({name: state[name] for name, _ in model.named_parameters()})
    model.to(device.asked()).load_state_dict(weights)
    return model.eval()
