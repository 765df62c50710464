"""Leaky integrate-and-fire neurons that learn: spikes ahead, a smooth surrogate for their gradient back.

The dynamics are those of recurrent leaky neurons (Eshraghian et al. 2023, snnTorch, equations 4 to 6): a potential U
decays, gathers its input and what the spikes of the step before send round, and loses the threshold when it has fired:

    U[t] = beta U[t-1] + I[t] + V S[t-1] - S[t-1] theta,    S[t] = 1 where U[t] > theta, else 0.

The step has no gradient, so it is given that of a fast sigmoid (Zenke and Ganguli 2018): 1 / (1 + slope |U - theta|)^2.
beta = sigmoid(decay), theta and V are learnt, as in SpikeLog.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Spike(torch.autograd.Function):
    """1 where a potential is above its threshold, given as their difference; the surrogate's gradient back."""

    @staticmethod
    def forward(context: Any, above: Tensor, slope: float) -> Tensor:
        """(…) zeros and ones."""
        context.save_for_backward(above)
        context.slope = slope
        return (above > 0).to(above.dtype)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """What comes back, times 1 / (1 + slope |above|)^2."""
        (above,) = context.saved_tensors
        return gradients[0] / (1 + context.slope * above.abs()) ** 2, None


class SpikingLayer(nn.Module):
    """Recurrent leaky neurons over runs."""

    def __init__(self, size: int, slope: float) -> None:
        super().__init__()
        self.decay = nn.Parameter(torch.rand(size).logit(eps=1e-3))
        self.threshold = nn.Parameter(torch.ones(size))
        self.recurrent = nn.Linear(size, size)
        self.slope = slope

    def forward(self, currents: Tensor) -> tuple[Tensor, Tensor]:
        """(n, length, size) currents to spikes and potentials of the same shape, each step from those before it."""
        potential = spikes = torch.zeros_like(currents[:, 0])
        leak, steps = self.decay.sigmoid(), []
        for current in currents.unbind(dim=1):
            potential = leak * potential + current + self.recurrent(spikes) - spikes * self.threshold
            spikes = fire(potential - self.threshold, self.slope)
            steps.append((spikes, potential))
        fired, potentials = zip(*steps, strict=True)
        return torch.stack(fired, dim=1), torch.stack(potentials, dim=1)


def fire(above: Tensor, slope: float) -> Tensor:
    """`Spike` of potentials less their thresholds."""
    spikes: Tensor = Spike.apply(above, slope)  # type: ignore[no-untyped-call]
    return spikes
