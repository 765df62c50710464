"""Prototypical networks (Snell et al. 2017): distance to each class's mean in a space learnt on the sources.

c_k = mean of f(x) over the shots of class k (Eq. 1); p(y = k | x) = softmax_k(-|f(x) - c_k|^2) (Eq. 2); f is trained on
episodes drawn from the sources to minimise -log p of the query's class (Algorithm 1).

A shot is a distinct text, not a line: 1,000 repeats say no more than one. A text with both labels is a shot of each
class by its share. In training, shots and query of an episode are different texts: unseen texts are what transfer is
for. A class that the target's support lacks takes the sources' prototype.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.counts import count_texts, score_texts
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.networks import NetworkDetector, Perceptron, to_state
from crosslog.detection.learning.training import build_optimiser
from crosslog.detection.learning.vectors import network_inputs, vector_size
from crosslog.ranges import Count, Rate, Weight


@dataclass(frozen=True)
class ProtoNet(NetworkDetector[Perceptron]):
    """Few-shot classification of texts by prototypes."""

    small: ClassVar[Mapping[str, Any]] = {
        "hidden_size": 16,
        "embedding_size": 4,
        "shots": 5,
        "steps": 30,
        "learning_rate": 0.01,
        "weight_decay": 0.01,
    }

    hidden_size: Count
    embedding_size: Count
    shots: Count  # at most, per class and training episode
    steps: Count
    learning_rate: Rate
    weight_decay: Weight
    seed: int

    def build_network(self, dim: int) -> Perceptron:
        """The embedding."""
        return Perceptron(dim, self.hidden_size, self.embedding_size)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Train the embedding; each step draws an episode from every source that has both classes."""
        systems = [system for system in map(_part_texts, sources) if system.has_both]
        if not systems:
            raise ValueError("protonet: no source has both normal and anomalous texts; widen the rates of the sources")
        network = self.draw_network(vector_size(sources[0].support))
        rng = np.random.default_rng(self.seed)
        optimiser = build_optimiser(network, self.learning_rate, self.weight_decay)
        for _ in range(self.steps):
            optimiser.zero_grad()
            loss = torch.stack([_episode_loss(network, system, self.shots, rng) for system in systems]).sum()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        return replace(self, state=to_state(network.state_dict()))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Put the prototypes (2, embedding) of the support beside the weights."""
        own = self._prototypes([support])
        if np.isnan(own).any():
            spare = self._prototypes([windows for episode in sources for windows in episode.parts])
            own = np.where(np.isnan(own), spare, own)
        return replace(self, state={**self.state, "prototypes": own})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) probabilities of an anomaly."""
        return score_texts(windows, self._probabilities, network_inputs)

    def _prototypes(self, several: Sequence[Windows]) -> NDArray[np.float32]:
        """Mean embedding per class over distinct texts; NaN for a class without any."""
        counts = count_texts(several, network_inputs)
        weight = np.stack([1 - counts.share, counts.share]).astype(np.float32)
        total = weight.sum(axis=1, keepdims=True)
        mean = weight @ self._embed(counts.vectors).cpu().numpy() / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, np.float32(np.nan))

    def _probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = _logits(self._embed(vectors), to_tensor(np.array(self.state["prototypes"])))
        probabilities: NDArray[np.float32] = logits.softmax(dim=1)[:, 1].cpu().numpy()
        return probabilities

    def _embed(self, vectors: NDArray[np.float32]) -> Tensor:
        with torch.no_grad():
            embedded: Tensor = self.load_network(vectors.shape[1])(to_tensor(vectors))
        return embedded


class _Texts(NamedTuple):
    """Distinct texts of a source, by class."""

    normal: Tensor
    anomalous: Tensor

    @property
    def has_both(self) -> bool:
        return len(self.normal) > 0 and len(self.anomalous) > 0


def _part_texts(episode: Episode) -> _Texts:
    counts = count_texts(episode.parts, network_inputs)
    return _Texts(*(to_tensor(counts.vectors[events > 0]) for events in (counts.normal, counts.anomalous)))


def _episode_loss(model: nn.Module, texts: _Texts, shots: int, rng: np.random.Generator) -> Tensor:
    """-log p of the query's class, each class's texts weighing the same in sum."""
    split = [_split(vectors, shots, rng) for vectors in texts]
    prototypes = torch.stack([model(given).mean(dim=0) for given, _ in split])
    return torch.stack(
        [-_logits(model(asked), prototypes).log_softmax(dim=1)[:, k].mean() for k, (_, asked) in enumerate(split)]
    ).mean()


def _split(vectors: Tensor, shots: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Shots and the rest; a class with a single text is asked about the text it was shown."""
    order = torch.from_numpy(rng.permutation(len(vectors))).to(vectors.device)
    given = max(1, min(shots, len(vectors) // 2))
    return vectors[order[:given]], vectors[order[given:] if len(vectors) > 1 else order]


def _logits(embedded: Tensor, prototypes: Tensor) -> Tensor:
    return -((embedded[:, None, :] - prototypes[None]) ** 2).sum(dim=2)
