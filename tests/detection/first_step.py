"""What a training's first step changes, whichever of torch's optimisers takes it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook


class _SteppedError(Exception):
    pass


def changes_in_the_first_step(train: Callable[[], object]) -> list[Tensor]:
    """By how much each parameter moves in the first step of `train`, along its gradient: nothing decays in it.

    Where several optimisers take turns, it is the first step of each, in the order of their turns.
    """
    before: dict[int, list[Tensor]] = {}
    moved: list[Tensor] = []

    def remember(optimiser: Optimizer, *_: Any) -> None:
        if id(optimiser) in before:
            raise _SteppedError
        for group in optimiser.param_groups:
            group["weight_decay"] = 0.0
        before[id(optimiser)] = [parameter.detach().clone() for parameter in _parameters(optimiser)]

    def compare(optimiser: Optimizer, *_: Any) -> None:
        pairs = zip(_parameters(optimiser), before[id(optimiser)], strict=True)
        moved.extend(now.detach() - then for now, then in pairs)

    hooks = register_optimizer_step_pre_hook(remember), register_optimizer_step_post_hook(compare)
    with contextlib.suppress(_SteppedError):
        try:
            train()
        finally:
            for hook in hooks:
                hook.remove()
    assert moved, "training took no step of a torch optimiser"
    return moved


def _parameters(optimiser: Optimizer) -> list[torch.Tensor]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]
