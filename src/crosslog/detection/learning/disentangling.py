"""LogSynergy's network and its objective: features in two halves, and what each is learnt by (Sui et al. 2024, III-D).

A window's features are F_u, which all systems share, and F_s, the system's own, of the same size. Anomalies are told
from F_u (eq. 2) and systems from F_s (eq. 1); CLUB bounds what one half says of the other (eq. 3), DAAN makes F_u alike
in sources and target (eq. 4), and L = L_anomaly + sum of the other three with their weights (eq. 5). A part whose
weight is 0 is not there; without the system's and CLUB's there is no F_s.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.learning.adversary import EVEN, DomainAdversary, DomainErrors, Domains
from crosslog.detection.learning.club import Club
from crosslog.detection.learning.distinct import Samples
from crosslog.detection.learning.window_encoder import WindowEncoder

STUCK = 0.46211716  # 2 / (1 + exp(-1)) - 1: where the public code's schedule stays after its first step


class LossWeights(NamedTuple):
    """Of L_system, L_MI and L_DA beside L_anomaly; `anomaly` is what of 1 the anomalous class weighs in L_anomaly."""

    system: float
    information: float
    domain: float
    anomaly: float


class FeatureSizes(NamedTuple):
    """What the encoder's vector is reduced to before each half, a half, and hidden units of CLUB and DAAN."""

    reduction: int
    feature: int
    estimator: int
    discriminator: int


class Features(NamedTuple):
    """(n, feature) each; `specific` is None where nothing is learnt from it."""

    unified: Tensor
    specific: Tensor | None


class Pace(NamedTuple):
    """Where training stands: how strongly gradients are reversed, and DAAN's dynamic factor."""

    reversal: float = STUCK
    factor: float = EVEN


class SynergyLosses(NamedTuple):
    """() each, weighted, 0 for a part that is not there; and how often discriminators err, where there are some."""

    anomaly: Tensor
    system: Tensor
    information: Tensor
    domain: Tensor
    errors: DomainErrors | None

    @property
    def total(self) -> Tensor:
        """L (eq. 5)."""
        return self.anomaly + self.system + self.information + self.domain


class SynergyNetwork(nn.Module):
    """The encoder, both halves of its features, and the parts that learn from them.

    `frozen`: CLUB and discriminators stay as they are drawn, are given logits for probabilities, and sources are 1, as
    the public code in effect has all of it. The target is the last of the `systems`.
    """

    def __init__(
        self, encoder: WindowEncoder, sizes: FeatureSizes, weights: LossWeights, systems: int, frozen: bool
    ) -> None:
        super().__init__()
        self.weights, self.systems, self.frozen = weights, systems, frozen
        size, half = encoder.pooler.out_features, sizes.feature
        halves = 2 if weights.system or weights.information else 1
        self.club = Club(half, sizes.estimator) if weights.information else None
        self.adversary = DomainAdversary(half, sizes.discriminator, 2) if weights.domain and systems > 1 else None
        self.encoder = encoder
        reduced = nn.Linear(size, sizes.reduction), nn.LayerNorm(sizes.reduction), nn.ReLU()
        self.reduction = nn.Sequential(
            nn.Dropout(encoder.dropout.p), *reduced, nn.Linear(sizes.reduction, halves * half)
        )
        self.anomaly = nn.Linear(half, 2)
        self.system = nn.Linear(half, systems) if weights.system else None
        for part in (self.club, self.adversary):
            if part is not None:
                part.requires_grad_(not frozen)

    @property
    def discriminating(self) -> list[nn.Parameter]:
        """What the discriminators learn with; nothing where they are frozen, or are not there."""
        return [] if self.adversary is None or self.frozen else list(self.adversary.parameters())

    @property
    def trained(self) -> list[nn.Parameter]:
        """What else the objective moves: all but CLUB, which its likelihood moves."""
        own = self.named_parameters()
        return [parameter for name, parameter in own if not name.startswith(("club.", "adversary."))]

    def forward(self, samples: Samples) -> Features:
        """F_u and F_s of windows."""
        features = self.reduction(self.encoder(samples.table, samples.ids, samples.real)).float()
        halves = features.split(self.anomaly.in_features, dim=1)
        return Features(halves[0], halves[1] if len(halves) > 1 else None)

    def anomaly_probability(self, samples: Samples) -> Tensor:
        """(n,) in [0, 1]."""
        return self.anomaly(self(samples).unified).softmax(dim=1)[:, 1]  # type: ignore[no-any-return]

    def losses(self, features: Features, samples: Samples, pace: Pace) -> SynergyLosses:
        """Each part of the objective, of features that `forward` gave."""
        logits = self.anomaly(features.unified)
        nothing = logits.new_zeros(())
        system = information = domain = nothing
        errors = None
        if self.system is not None:
            told = functional.cross_entropy(self.system(features.specific), samples.systems, reduction="none")
            system = self.weights.system * (samples.weights @ told)
        if self.club is not None and features.specific is not None:
            information = self.weights.information * self.club.bound(
                features.unified, features.specific, samples.weights
            )
        if self.adversary is not None:
            loss, errors = self.adversary(self._domains(features.unified, logits, samples), *pace)
            domain = self.weights.domain * loss
        return SynergyLosses(self._anomaly_loss(logits, samples), system, information, domain, errors)

    def _anomaly_loss(self, logits: Tensor, samples: Samples) -> Tensor:
        each = functional.cross_entropy(logits, samples.anomalous, reduction="none")
        share = self.weights.anomaly
        weights = samples.weights * torch.where(samples.anomalous == 1, share, 1 - share)
        return weights @ each / weights.sum()

    def _domains(self, unified: Tensor, logits: Tensor, samples: Samples) -> Domains:
        target = (samples.systems == self.systems - 1).to(unified.dtype)
        held = torch.stack([samples.weights @ (1 - target), samples.weights @ target]).clamp(min=1e-12)
        weights = samples.weights / held[target.long()]
        if self.frozen:
            return Domains(unified, logits, 1 - target, weights)
        return Domains(unified, logits.detach().softmax(dim=1), target, weights)
