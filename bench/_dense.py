"""CroSysLog's arithmetic as its public code writes it: a copy of its text's vector per event through nn.LSTM.

The same function as crosslog's: the weights are those of `EventLstm` in torch's order, the second bias that nn.LSTM has
stays at zero, and each source starts from the weights it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.events import Windows
from crosslog.detection.learning.device import current_device, to_tensor
from crosslog.detection.learning.networks import Weights
from crosslog.detection.learning.vectors import network_inputs

ORDER = [0, 1, 3, 2]  # torch keeps the candidate before the output gate
NAMES = {
    "layers.0.input.weight": "cells.weight_ih_l0",
    "layers.0.input.bias": "cells.bias_ih_l0",
    "layers.0.recurrent": "cells.weight_hh_l0",
    "head.weight": "head.weight",
    "head.bias": "head.bias",
}


class Copies(NamedTuple):
    """(n, length, dim) vectors, (n, length) labels, and which events are real."""

    vectors: Tensor
    labels: Tensor
    real: Tensor


class DenseLstm(nn.Module):
    """One layer and a linear head."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        hidden, dim = weights["layers.0.recurrent"].shape[1], weights["layers.0.input.weight"].shape[1]
        self.cells = nn.LSTM(dim, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 2)
        self.to(current_device())
        self.load(weights)

    @property
    def trained(self) -> Weights:
        """The parameters that steps change, under their names in `EventLstm`."""
        own = dict(self.named_parameters())
        return {theirs: own[name] for theirs, name in NAMES.items()}

    def load(self, weights: Weights) -> None:
        """Take the weights of an `EventLstm`."""
        with torch.no_grad():
            dict(self.named_parameters())["cells.bias_hh_l0"].zero_()
            for name, parameter in self.trained.items():
                parameter.copy_(reordered(name, weights[name]))

    def forward(self, vectors: Tensor) -> Tensor:
        """(n, length, dim) to (n, length, 2) logits."""
        return self.head(self.cells(vectors)[0])  # type: ignore[no-any-return]


def copies(windows: Windows) -> Copies:
    """A vector per event."""
    ids, real = to_tensor(windows.ids).long().clamp(min=0), to_tensor(windows.real)
    table = to_tensor(network_inputs(windows, np.arange(len(windows.table))))
    return Copies(table[ids], to_tensor(windows.labels).long(), real)


def dense_adapt(model: DenseLstm, support: Copies, rate: float, steps: int) -> None:
    """Plain gradient steps, in place."""
    for _ in range(steps):
        for parameter, slope in zip(model.trained.values(), _slopes(model, support), strict=True):
            parameter.data -= rate * slope


def dense_meta_gradient(
    weights: Weights, episodes: Sequence[tuple[Copies, Copies]], rate: float, steps: int
) -> Weights:
    """Sum over the episodes of the query's gradient after `steps` steps on the support."""
    model, found = DenseLstm(weights), []
    for support, query in episodes:
        model.load(weights)
        dense_adapt(model, support, rate, steps)
        found.append(_slopes(model, query))
    sums = (torch.stack(slopes).sum(dim=0) for slopes in zip(*found, strict=True))
    return {name: reordered(name, total) for name, total in zip(NAMES, sums, strict=True)}


def dense_scores(model: DenseLstm, vectors: Tensor) -> Tensor:
    """(n, length) probabilities of an anomaly."""
    with torch.no_grad():
        logits: Tensor = model(vectors)
        return logits.softmax(dim=2)[..., 1]


def reordered(name: str, values: Tensor) -> Tensor:
    """Rows of four gates in the other's order; the exchange is its own inverse. The head has none."""
    if name.startswith("head"):
        return values
    gates = values.view(len(ORDER), -1, *values.shape[1:])
    return torch.stack([gates[at] for at in ORDER]).view(values.shape)


def _slopes(model: DenseLstm, given: Copies) -> tuple[Tensor, ...]:
    loss = functional.cross_entropy(model(given.vectors)[given.real], given.labels[given.real])
    return torch.autograd.grad(loss, list(model.trained.values()))
