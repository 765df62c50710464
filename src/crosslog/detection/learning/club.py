"""CLUB: a contrastive log-ratio upper bound of mutual information (Cheng et al. 2020).

q(s | u) is a normal distribution whose means and log-variances are networks of u (the authors': one hidden layer each,
tanh on the log-variance). I(u; s) is at most E[log q(s | u)] of pairs minus that of u and s drawn apart (their
theorem 3.1 and eq. 6 in variational form), as far as q is near the truth; so q takes a step of maximum likelihood
before each use (their algorithm 1). Under a normal q the mean over all pairs needs the first two moments of s alone: no
(n, n) table is made.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Club(nn.Module):
    """An estimator over pairs (n, dim) u, (n, dim) s with (n,) weights that sum to 1.

    `hidden` is shared by the two networks, half each, as the authors' code has it.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        half = max(1, hidden // 2)
        self.mean = nn.Sequential(nn.Linear(dim, half), nn.ReLU(), nn.Linear(half, dim))
        self.log_variance = nn.Sequential(nn.Linear(dim, half), nn.ReLU(), nn.Linear(half, dim), nn.Tanh())

    def bound(self, unified: Tensor, specific: Tensor, weights: Tensor) -> Tensor:
        """() the estimate in nats: log q of each pair minus its mean over every s."""
        mean, precision = self.mean(unified), torch.exp(-self.log_variance(unified))
        first, second = weights @ specific, weights @ specific**2
        paired = (specific - mean) ** 2
        apart = second - 2 * first * mean + mean**2
        estimate: Tensor = weights @ ((apart - paired) * precision).sum(dim=1) / 2
        return estimate

    def likelihood_loss(self, unified: Tensor, specific: Tensor, weights: Tensor) -> Tensor:
        """() minus log q of the pairs, up to a constant and a factor, as the authors write it."""
        mean, log_variance = self.mean(unified), self.log_variance(unified)
        loss: Tensor = weights @ ((specific - mean) ** 2 * torch.exp(-log_variance) + log_variance).sum(dim=1)
        return loss
