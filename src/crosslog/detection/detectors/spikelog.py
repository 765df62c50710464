"""SpikeLog (Qi et al. 2023): a potential-assisted spiking network that learns how anomalous pairs of windows are.

Weakly supervised: some anomalous windows are labelled, all others have no label (and are mostly normal). Spiking layers
(learning/spiking.py) run over the events' vectors; the last passes its membrane potentials on and not its spikes, which
say less ("potential-assisted"); a leaky layer that never fires, an LSTM and attention make a vector of them. The two
vectors of a pair are joined, and a small network says 0 for two windows without label, 1/2 for one of each kind and 1
for two labelled anomalies (theirs: 0, 4 and 8; Pang et al. 2023, PReNet, whose relation this is; with squared errors,
as in the authors' code). A window's score is the mean over pairs with `references` windows of each kind: a normal one
is about 1/4, an anomalous one 3/4.

Sui et al. 2024 (LogSynergy, IV-A): one spiking layer of 128; 98 % of the anomalies of the training set, sources and
all, are labelled. In the authors' code the attention's two weights are constants of zeros, so that it is a mean; here
it learns. There a pair always has the unlabelled window first in training, but the window in question first in scoring;
here its order is drawn. References are drawn once and are part of the state, not drawn anew for each window.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.networks import NetworkDetector, to_state
from crosslog.detection.learning.recurrent import Guide
from crosslog.detection.learning.run_classifier import map_runs, unlabelled_sequences
from crosslog.detection.learning.runs import CountedRuns, count_runs, number_texts, score_runs
from crosslog.detection.learning.sequences import Sequences
from crosslog.detection.learning.spiking import SpikingLayer
from crosslog.detection.learning.training import build_optimiser, enable_dropout
from crosslog.detection.learning.vectors import vector_size
from crosslog.ranges import Count, Rate, Share, Weight


@dataclass(frozen=True)
class SpikeLog(NetworkDetector["_Network"]):
    """A window is anomalous if it goes with labelled anomalies and not with the rest."""

    units: ClassVar[frozenset[Unit]] = frozenset({"window", "session"})
    small: ClassVar[Mapping[str, Any]] = {
        "with_sources": True,
        "labelled_anomalies": 0.98,
        "window": 10,
        "hidden_size": 8,
        "layers": 1,
        "output_size": 16,
        "slope": 25.0,
        "steps": 40,
        "pairs": 32,
        "references": 10,
        "learning_rate": 0.02,
        "weight_decay": 0.001,
    }

    with_sources: bool  # whether sources' windows are learnt from beside the target's
    labelled_anomalies: Share  # of all anomalous windows; at least one
    window: Count  # events; longer sessions are cut into runs of so many
    hidden_size: Count
    layers: Count  # that spike
    output_size: Count
    slope: Rate  # of the surrogate gradient
    steps: Count
    pairs: Count  # a step: half of two without label, a quarter each of one and of two anomalies
    references: Count  # windows of each kind
    learning_rate: Rate
    weight_decay: Weight
    seed: int

    def build_network(self, dim: int) -> _Network:
        """Spiking layers, a readout, and what compares two windows."""
        return _Network(dim, self.hidden_size, self.layers, self.output_size, self.slope)

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Train on pairs; `references_unlabelled` and `…_anomalous` (references, output_size) join the weights."""
        taught = [support, *(part for episode in sources for part in episode.parts if self.with_sources)]
        generator = torch.Generator().manual_seed(self.seed)
        kinds = _divide(count_runs(taught, self.window), self.labelled_anomalies, generator)
        inputs, network = unlabelled_sequences(support, kinds.ids), self.load_network(vector_size(support))
        self._train(network, inputs, kinds, generator)
        references = {
            f"references_{name}": map_runs(inputs.rows(_draw(weights, self.references, generator)), network)
            for name, weights in (("unlabelled", kinds.unlabelled), ("anomalous", kinds.anomalous))
            if weights.any()
        }
        return replace(self, state={**to_state(network.state_dict()), **references})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]; .5 is what a pair of one anomaly and one other has."""
        network = self.load_network(vector_size(windows))
        references = [to_tensor(np.array(self.state[name])) for name in self.state if name.startswith("references_")]

        def compare(runs: Sequences) -> Tensor:
            own = network(runs)
            means = [network.relate_all(own, others).mean(dim=1) for others in references]
            return torch.stack(means).mean(dim=0).clamp(0, 1)

        def score(ids: NDArray[np.int32]) -> NDArray[np.float32]:
            return map_runs(unlabelled_sequences(windows, ids), compare)

        return score_runs(windows, self.window, score, number_texts)

    def _train(self, network: _Network, inputs: Sequences, kinds: _Kinds, generator: torch.Generator) -> None:
        optimiser = build_optimiser(network, self.learning_rate, self.weight_decay)
        with enable_dropout(network, self.seed):
            for _ in range(self.steps):
                chosen, aims = _draw_pairs(kinds, self.pairs, generator)
                first, second = network(inputs.rows(chosen.ravel())).unflatten(0, chosen.shape).unbind(dim=1)
                optimiser.zero_grad()
                functional.mse_loss(network.relate(first, second), aims.to(first.device)).backward()  # type: ignore[no-untyped-call]
                optimiser.step()


class _Kinds(NamedTuple):
    """Distinct (n, length) runs; how many of each have no label, and how many are labelled anomalies."""

    ids: NDArray[np.int32]
    unlabelled: Tensor
    anomalous: Tensor


def _divide(runs: CountedRuns, share: float, generator: torch.Generator) -> _Kinds:
    """Label that share of the anomalous runs, drawn at random."""
    each = torch.repeat_interleave(torch.arange(len(runs)), torch.from_numpy(runs.anomalous))
    labelled = each[torch.randperm(len(each), generator=generator)[: math.ceil(share * len(each))]]
    anomalous = torch.bincount(labelled, minlength=len(runs))
    unlabelled = torch.from_numpy(runs.normal + runs.anomalous) - anomalous
    return _Kinds(runs.ids, unlabelled.float(), anomalous.float())


def _draw_pairs(kinds: _Kinds, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(count, 2) runs and (count,) what is said of them; of one kind alone where there is no other."""
    anomalous = torch.tensor([[0, 0], [0, 0], [0, 1], [1, 1]]).repeat(-(-count // 4), 1)[:count].bool()
    if not kinds.anomalous.any() or not kinds.unlabelled.any():
        anomalous = torch.full_like(anomalous, bool(kinds.anomalous.any()))
    chosen = torch.empty(anomalous.shape, dtype=torch.long)
    for flags, weights in ((~anomalous, kinds.unlabelled), (anomalous, kinds.anomalous)):
        if flags.any():
            chosen[flags] = _draw(weights, int(flags.sum()), generator)
    turned = torch.rand(count, generator=generator) < 0.5
    return torch.where(turned[:, None], chosen.flip(1), chosen), anomalous.float().mean(dim=1)


def _draw(weights: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Runs, each as likely as it is frequent, with replacement."""
    return torch.multinomial(weights, count, replacement=True, generator=generator)


class _Network(nn.Module):
    def __init__(self, dim: int, hidden: int, layers: int, out: int, slope: float) -> None:
        super().__init__()
        self.input = nn.Linear(dim, hidden)
        self.spiking = nn.ModuleList(SpikingLayer(hidden, slope) for _ in range(layers))
        self.between = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers - 1))
        self.readout = nn.Linear(hidden, out)
        self.leak = nn.Parameter(torch.rand(out).logit(eps=1e-3))
        self.lstm = nn.LSTM(out, out, batch_first=True)
        self.guide = Guide(out)
        self.relation = nn.Sequential(nn.Linear(2 * out, out), nn.LeakyReLU(), nn.Linear(out, 1))

    def forward(self, inputs: Sequences) -> Tensor:
        """(n, out) a vector for each run; what pads it comes after its events, and weighs nothing."""
        spikes, potentials = self.spiking[0](functional.embedding(inputs.ids, self.input(inputs.table)))
        for between, layer in zip(self.between, self.spiking[1:], strict=True):
            spikes, potentials = layer(between(spikes))
        leak = self.leak.sigmoid()
        gathered: list[Tensor] = []
        for current in self.readout(potentials).unbind(dim=1):
            gathered.append(current + (leak * gathered[-1] if gathered else 0))
        return self.guide.summarise(self.lstm(torch.stack(gathered, dim=1))[0], inputs.real)

    def relate(self, first: Tensor, second: Tensor) -> Tensor:
        """(n,) what two (n, out) vectors are together."""
        return self.relation(torch.cat([first, second], dim=1))[:, 0]  # type: ignore[no-any-return]

    def relate_all(self, first: Tensor, others: Tensor) -> Tensor:
        """(n, m) the mean of both orders, of n vectors with each of m."""
        n, m = len(first), len(others)
        pairs = first.repeat_interleave(m, dim=0), others.repeat(n, 1)
        return ((self.relate(*pairs) + self.relate(*pairs[::-1])) / 2).reshape(n, m)
