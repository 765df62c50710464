"""LogSynergy (Sui et al. 2024): sources and target trained together on features that all systems share.

Section III-D: a Transformer encoder over a window's vectors; its features fall in two halves, one for anomalies and one
for systems, kept apart by a bound of their mutual information, while the first is adapted from domain to domain
(learning/disentangling.py has equations 1 to 5). What the vectors stand for is the experiment's representation:
interpretations are the paper's LEI. All training is in `adapt`, on `source_windows` random windows of each source and
the first `target_windows` of the support; in a batch both have one half, the shorter being repeated, as the public code
repeats the target. A window is scored by its probability from the first half alone; the paper flags from .5 on.

Sizes of the paper and its code: 6 layers of 768 with 12 heads and 2048 units, reduction 256, halves of 32, dropout .2,
AdamW 1e-4 with a warm-up over .2 of the steps and then a linear decay, batches of 1024, 10 epochs, half precision on a
GPU; 50,000 windows of a source and 5,000 of the target; weights .01 of L_MI and L_DA. `as_in_code`: CLUB, its
likelihood and the discriminators are in no optimiser there, so they stay as drawn; the schedule of the reversed
gradient sticks at .46 and the dynamic factor at .5. Its anomaly loss weighs classes .25 and .75 (`anomaly_weight` .75),
which the paper does not say. Without SUFE: `system_weight` and `information_weight` 0; without domain adaptation:
`domain_weight` 0; on the target alone: `use_sources` false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.disentangling import FeatureSizes, LossWeights, SynergyNetwork
from crosslog.detection.learning.distinct import score_distinct, store_samples
from crosslog.detection.learning.joint_training import Schedule, train_jointly
from crosslog.detection.learning.networks import NetworkDetector, to_state
from crosslog.detection.learning.training import Plan
from crosslog.detection.learning.vectors import vector_size
from crosslog.detection.learning.window_encoder import EncoderSizes, WindowEncoder
from crosslog.ranges import Count, Rate, Share, Weight

SYSTEMS = "systems"  # in the state: how many the network tells apart


@dataclass(frozen=True)
class LogSynergy(NetworkDetector[SynergyNetwork]):
    """One anomaly classifier for all systems, over what they have in common."""

    units: ClassVar[frozenset[Unit]] = frozenset({"window", "session"})
    small: ClassVar[Mapping[str, Any]] = {
        "layers": 1,
        "model_size": 16,
        "heads": 2,
        "feed_forward_size": 32,
        "reduction_size": 16,
        "feature_size": 8,
        "dropout": 0.0,
        "estimator_size": 8,
        "discriminator_size": 8,
        "system_weight": 1.0,
        "information_weight": 0.01,
        "domain_weight": 0.01,
        "anomaly_weight": 0.5,
        "as_in_code": False,
        "use_sources": True,
        "source_windows": 60,
        "target_windows": 400,
        "epochs": 12,
        "batch_size": 64,
        "learning_rate": 0.02,
        "betas": (0.9, 0.999),
        "warm_up": 0.2,
        "weight_decay": 0.01,
    }

    layers: Count
    model_size: Count
    heads: Count
    feed_forward_size: Count
    reduction_size: Count
    feature_size: Count  # of each half
    dropout: Share
    estimator_size: Count  # hidden units of CLUB
    discriminator_size: Count
    system_weight: Weight
    information_weight: Weight  # lambda_MI
    domain_weight: Weight  # lambda_DA
    anomaly_weight: Share  # what of 1 the anomalous class weighs in its loss
    as_in_code: bool  # the extra heads as the public code leaves them
    use_sources: bool
    source_windows: Count  # n_s, of each source at most
    target_windows: Count  # n_t, the first of the support at most
    epochs: Count
    batch_size: Count  # windows
    learning_rate: Rate  # of the discriminators ten times as high
    betas: tuple[Share, Share]  # of AdamW's two averages
    warm_up: Share  # of the steps
    weight_decay: Weight
    seed: int

    def build_network(self, dim: int) -> SynergyNetwork:
        """The encoder and its heads, for as many systems as `fit` has met."""
        sizes = EncoderSizes(self.layers, self.model_size, self.heads, self.feed_forward_size, self.dropout)
        features = FeatureSizes(self.reduction_size, self.feature_size, self.estimator_size, self.discriminator_size)
        weights = LossWeights(self.system_weight, self.information_weight, self.domain_weight, self.anomaly_weight)
        systems = int(self.state[SYSTEMS][0]) if SYSTEMS in self.state else 2
        return SynergyNetwork(WindowEncoder(dim, sizes), features, weights, systems, self.as_in_code)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Draw the weights that training starts from."""
        known = {SYSTEMS: np.array([1 + len(sources) * self.use_sources])}
        network = replace(self, state=known).draw_network(vector_size(sources[0].support))
        return replace(self, state={**to_state(network.state_dict()), **known})

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Train on random windows of the sources and the first of the support."""
        systems = [self._draw(episode.parts, number) for number, episode in enumerate(sources) if self.use_sources]
        store = store_samples([*systems, [support.take(slice(0, self.target_windows))]])
        network = self.load_network(vector_size(support))
        plan = Plan(self.epochs, self.batch_size, self.learning_rate, self.weight_decay, self.seed)
        train_jointly(network, store, plan, Schedule(self.betas, self.warm_up))
        return replace(self, state={**to_state(network.state_dict()), SYSTEMS: self.state[SYSTEMS]})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(n,) probabilities of an anomaly."""
        network = self.load_network(vector_size(windows))
        return score_distinct(windows, network.anomaly_probability)

    def _draw(self, parts: Sequence[Windows], number: int) -> list[Windows]:
        """Random windows of a source's parts, in their order; a source draws what it draws, whatever the others do."""
        counts = [len(part) for part in parts]
        rng = np.random.default_rng((self.seed, number))
        chosen = np.sort(rng.choice(sum(counts), min(self.source_windows, sum(counts)), replace=False))
        edges = np.searchsorted(chosen, np.cumsum([0, *counts]))
        starts = np.cumsum([0, *counts])
        return [part.take(chosen[edges[at] : edges[at + 1]] - starts[at]) for at, part in enumerate(parts)]
