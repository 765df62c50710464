"""LogTAD (Han and Yuan 2021): distance to a centre that normal events of both systems share.

Section 3: an LSTM maps events so that normal ones of source and target lie near one centre c, L_en = mean |v - c|^2,
while a discriminator tells the systems apart and the LSTM, through a reversed gradient of weight lambda,
learns to deceive it. Score: distance to c. Only normal events are learnt from.

As CroSysLog compares it: at event level, so v is an event's state and not the run's mean; one source, the experiment's
number `source`, and one random support of the target for all episodes (`one_support`), or each episode's own. Distances
become scores by d / (d + r), where r is the distance that separates the support best (F1; the largest normal one if
there are no anomalies), so that .5 is the threshold that the authors, too, take from labelled data. The authors' code
multiplies L_en by 100,000, so that the discriminator hardly counts, and copies the target's runs 100 times before it
splits them into training and validation; here both losses have their weight, and both systems the same number of runs
in a batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.adversary import reverse_gradient
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.networks import NetworkDetector, to_state
from crosslog.detection.learning.recurrent import Recurrent, Sizes
from crosslog.detection.learning.sequences import (
    Sequences,
    cut_sequences,
    draw_batches,
    pick_source,
    score_sequences,
)
from crosslog.detection.learning.training import build_optimiser, enable_dropout
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Number, Rate, Share, Weight
from crosslog.vectors import TINY


@dataclass(frozen=True)
class LogTad(NetworkDetector["_Network"]):
    """One normality for two systems."""

    small: ClassVar[Mapping[str, Any]] = {
        "source": 0,
        "one_support": True,
        "window": 20,
        "hidden_size": 16,
        "layers": 1,
        "dropout": 0.0,
        "discriminator_size": 8,
        "adversary_weight": 0.1,
        "centre_steps": 5,
        "steps": 60,
        "batch_size": 21,
        "learning_rate": 0.01,
        "weight_decay": 0.000001,
    }

    source: Number  # which of the experiment's sources
    one_support: bool  # the target is one random support, the same for all episodes
    window: Count
    hidden_size: Count
    layers: Count
    dropout: Share
    discriminator_size: Count
    adversary_weight: Weight  # lambda
    centre_steps: Count  # while the centre moves with the states
    steps: Count  # after it is fixed
    batch_size: Count  # runs of each system
    learning_rate: Rate
    weight_decay: Weight
    seed: int

    def build_network(self, dim: int) -> _Network:
        """Recurrent layers, and the discriminator over them."""
        return _Network(dim, Sizes(self.hidden_size, self.layers, self.dropout), self.discriminator_size)

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Train on normal events of both systems; `centre` (hidden,) and `radius` (1,) join the weights."""
        systems = [cut_sequences(given, self.window) for given in (pick_source(sources, self.source), [support])]
        network, target = self.load_network(vector_size(support)), systems[1]
        with_normal = [system for system in map(_keep_normal, systems) if len(system)]
        centre = self._train(network, with_normal) if with_normal else target.table.new_zeros(self.hidden_size)
        with torch.no_grad():
            distances = _distances(network.lstm(target), centre)[target.real]
        radius = _radius(distances.cpu().numpy(), target.labels[target.real].cpu().numpy() == 1)
        learnt = to_state({**network.state_dict(), "centre": centre})
        return replace(self, state={**learnt, "radius": np.array([radius], np.float32)})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1); .5 at the radius."""
        network, centre = self.load_network(vector_size(windows)), to_tensor(np.array(self.state["centre"]))
        radius = float(self.state["radius"][0])

        def score(runs: Sequences) -> Tensor:
            distances = _distances(network.lstm(runs), centre)
            return distances / (distances + radius)

        return score_sequences(windows, self.window, score)

    def _train(self, network: _Network, systems: list[Sequences]) -> Tensor:
        """Train `network` in place; the (hidden,) centre."""
        generator = torch.Generator().manual_seed(self.seed)
        optimiser = build_optimiser(network, self.learning_rate, self.weight_decay)

        def step(centre: Tensor | None) -> None:
            states = [network.normal_states(runs) for runs in draw_batches(systems, self.batch_size, generator)]
            optimiser.zero_grad()
            self._loss(network, states, centre).backward()  # type: ignore[no-untyped-call]
            optimiser.step()

        with enable_dropout(network, self.seed):
            for _ in range(self.centre_steps):
                step(None)
        with torch.no_grad():
            centre = torch.cat([network.normal_states(runs) for runs in systems]).mean(dim=0)
        with enable_dropout(network, self.seed):
            for _ in range(self.steps):
                step(centre)
        return centre

    def _loss(self, network: _Network, states: list[Tensor], centre: Tensor | None) -> Tensor:
        """L_en + L_ad; without a centre, to the states' own mean."""
        together = torch.cat(states)
        lengths = torch.tensor([len(each) for each in states])
        system = torch.repeat_interleave(torch.arange(len(states)), lengths).to(together.device)
        aim = together.detach().mean(dim=0) if centre is None else centre
        told = functional.cross_entropy(
            network.discriminator(reverse_gradient(together, self.adversary_weight)), system
        )
        return _distances(together, aim).mean() + told


class _Network(nn.Module):
    def __init__(self, dim: int, sizes: Sizes, discriminator: int) -> None:
        super().__init__()
        self.lstm = Recurrent(dim, sizes, nn.LSTM, both_ways=False)
        layers = nn.Linear(sizes.hidden, discriminator), nn.ReLU(), nn.Linear(discriminator, 2)
        self.discriminator = nn.Sequential(*layers)  # theirs lacks the ReLU, so its two layers are one

    def normal_states(self, inputs: Sequences) -> Tensor:
        """(normal events, hidden)."""
        states: Tensor = self.lstm(inputs)
        return states[_normal(inputs)]


def _normal(inputs: Sequences) -> Tensor:
    return inputs.real & (inputs.labels == 0)


def _keep_normal(inputs: Sequences) -> Sequences:
    """The runs that hold a normal event."""
    return inputs.rows(torch.nonzero(_normal(inputs).any(dim=1)).ravel())


def _distances(states: Tensor, centre: Tensor) -> Tensor:
    """Mean squared distance over the last dimension."""
    return ((states - centre) ** 2).mean(dim=-1)


def _radius(distances: NDArray[np.float32], anomalous: NDArray[np.bool_]) -> float:
    """Halfway between the two distances where a threshold has the best F1; the largest where nothing is anomalous."""
    if not anomalous.any():
        return max(float(distances.max()), TINY)
    order = np.argsort(-distances, kind="stable")
    hits = np.cumsum(anomalous[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + anomalous.sum())
    ends = np.append(np.diff(distances[order]) < 0, True)  # a threshold cannot part equal distances
    best = int(np.argmax(np.where(ends, f1, -1)))
    below = distances[order][best + 1] if best + 1 < len(order) else 0.0
    return max(float(distances[order][best] + below) / 2, TINY)
