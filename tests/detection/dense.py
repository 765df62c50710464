"""Windows as a tree in which nothing is shared: what networks over shared prefixes are compared with."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call

from crosslog.detection.learning.networks import Weights
from crosslog.detection.learning.prefixes import Prefixes


def dense_logits(model: nn.Module, weights: Weights, table: Tensor, ids: Tensor) -> Tensor:
    """(n, length, 2) logits of a network over (n, length) rows of a table; event t of window w is node t * n + w."""
    count, length = ids.shape
    parents = (torch.arange(ids.numel()) - count).clamp(min=0)
    tree = Prefixes(ids.T.reshape(-1), parents, [count] * length)
    logits: Tensor = functional_call(model, weights, (table, tree))
    return logits.view(length, count, 2).transpose(0, 1)
