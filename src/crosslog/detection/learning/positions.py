"""Where an event or a word stands, as a Transformer is told."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def sine_positions(length: int, size: int) -> Tensor:
    """(length, size) sines and cosines of positions (Vaswani et al. 2017, section 3.5)."""
    rates = torch.exp(torch.arange(0, size, 2) * (-math.log(10000.0) / size))
    angles = torch.arange(length)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).reshape(length, -1)[:, :size]
