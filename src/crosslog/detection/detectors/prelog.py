"""PreLog (Le and Zhang 2024): a pre-trained sequence-to-sequence model that answers a prompt about a run of events.

The model reads the text of a window's events and is given the begin of an answer, "This sequence was"; what it would
say next decides: `good`, `clean`, `great`, or `abnormal`, `bad`, `failure`. A class has the mean log-probability of its
words (sections 3.3 and 3.4; prompt and words are the authors'). Tuned on the support, all weights, by cross-entropy
between the two.

`model` names what is tuned: a folder, or a name in the Hugging Face cache or on its Hub, of a model that reads and
writes (the authors' PreLog, of BART's form with 140 million weights, is one to be put into a folder). With null a
small one of that form is pre-trained here, on the text of the sources' windows, without their labels (Sui et al. 2024,
IV-A: sources for pre-training, all of the target's training part for the prompt): words are masked (entry level), a
stretch of events is shuffled (sequence level), and it learns to write what was there. The authors' contrastive terms
over both levels are left out of the small one. Their public script splits long sequences and judges each part alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crosslog.detection.events import Episode, Unit, Windows
from crosslog.detection.learning.denoiser import Denoiser, DenoiserSizes, Noise, mending_loss, spoil
from crosslog.detection.learning.device import current_device, to_tensor
from crosslog.detection.learning.language import HashedWords, Language, write_tokens
from crosslog.detection.learning.networks import NetworkDetector, to_state
from crosslog.detection.learning.pretrained import PretrainedNetwork, PretrainedWords
from crosslog.detection.learning.runs import count_runs, number_texts, score_runs
from crosslog.detection.learning.training import build_optimiser, enable_dropout
from crosslog.ranges import Count, Number, Rate, Share

PROMPT = "This sequence was"
ANSWERS = ("good", "clean", "great"), ("abnormal", "bad", "failure")
RUNS_AT_A_TIME = 256  # in scoring; bounds memory


@dataclass(frozen=True)
class PreLog(NetworkDetector[nn.Module]):
    """What a language model of logs would call a window."""

    units: ClassVar[frozenset[Unit]] = frozenset({"window", "session"})
    small: ClassVar[Mapping[str, Any]] = {
        "model": None,
        "window": 10,
        "event_tokens": 4,
        "max_tokens": 50,
        "vocabulary": 64,
        "model_size": 16,
        "heads": 2,
        "feed_forward_size": 16,
        "layers": 1,
        "dropout": 0.0,
        "masked": 0.3,
        "shuffled": 0.2,
        "steps": 2,
        "tuning_steps": 12,
        "batch_size": 20,
        "learning_rate": 0.01,
        "tuning_rate": 0.02,
    }

    model: str | None  # None: the small one; the fields up to `steps`, but for the first three, are of that alone
    window: Count  # events; longer sessions are cut into runs of so many
    event_tokens: Count
    max_tokens: Count
    vocabulary: Count
    model_size: Count
    heads: Count
    feed_forward_size: Count
    layers: Count  # that read, and as many that write
    dropout: Share
    masked: Share  # of words
    shuffled: Share  # of a window's events
    steps: Number  # of pre-training
    tuning_steps: Count
    batch_size: Count
    learning_rate: Rate
    tuning_rate: Rate
    seed: int

    def build_network(self, dim: int) -> nn.Module:
        """The model that is named, or a small one."""
        if self.model is not None:
            return PretrainedNetwork(self.model)
        sizes = self.vocabulary, self.model_size, self.heads, self.feed_forward_size, self.layers, self.dropout
        return Denoiser(DenoiserSizes(*sizes))

    @cached_property
    def language(self) -> Language:
        """The model's tokens."""
        return HashedWords(self.vocabulary) if self.model is None else PretrainedWords(self.model)

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Pre-train the small model on the sources' text; one that is named stays as it is until it is tuned."""
        if self.model is not None:
            return self
        taught = [part for episode in sources for part in episode.parts]
        tokens = torch.from_numpy(self._write(taught[0], count_runs(taught, self.window).ids))
        network, words = self.draw_network(dim=1), HashedWords(self.vocabulary)
        generator = torch.Generator().manual_seed(self.seed)
        noise = Noise(self.masked, self.shuffled)

        def loss(chosen: Tensor) -> Tensor:
            spoilt = spoil(tokens[chosen], noise, words, generator)
            return mending_loss(network, _to_device(spoilt), _to_device(tokens[chosen]), words)

        self._train(network, loss, torch.ones(len(tokens)), (self.steps, self.learning_rate))
        return replace(self, state=to_state(network.state_dict()))

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Tune all weights on the support's windows."""
        network = self.load_network(dim=1) if self.state else self.draw_network(dim=1)
        runs = count_runs([support], self.window)
        tokens = torch.from_numpy(self._write(support, runs.ids))
        shares = to_tensor(np.stack([runs.normal, runs.anomalous], axis=1).astype(np.float32))
        shares = shares / shares.sum(dim=1, keepdim=True)

        def loss(chosen: Tensor) -> Tensor:
            answers = self._answer(network, tokens[chosen])
            lost: Tensor = -(shares[chosen.to(shares.device)] * answers.log_softmax(dim=1)).sum(dim=1).mean()
            return lost

        frequent = torch.from_numpy((runs.normal + runs.anomalous).astype(np.float32))
        self._train(network, loss, frequent, (self.tuning_steps, self.tuning_rate))
        return replace(self, state=to_state(network.state_dict()))

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) probability of an abnormal answer."""
        network = self.load_network(dim=1)

        def score(ids: NDArray[np.int32]) -> NDArray[np.float32]:
            parts = torch.split(torch.from_numpy(self._write(windows, ids)), RUNS_AT_A_TIME)
            with torch.no_grad():
                answers = torch.cat([self._answer(network, part) for part in parts])
            found: NDArray[np.float32] = answers.softmax(dim=1)[:, 1].cpu().numpy()
            return found

        return score_runs(windows, self.window, score, number_texts)

    def _answer(self, network: nn.Module, tokens: Tensor) -> Tensor:
        """(n, 2) mean log-probability of the words of each class after the prompt."""
        prompt = torch.tensor([[self.language.begin, *self.language.encode(PROMPT)]]).expand(len(tokens), -1)
        chances = network(_to_device(tokens), _to_device(prompt))[:, -1].log_softmax(dim=1)
        words = [[self.language.encode(word)[0] for word in answers] for answers in ANSWERS]
        return torch.stack([chances[:, each].mean(dim=1) for each in words], dim=1)

    def _write(self, windows: Windows, ids: NDArray[np.int32]) -> NDArray[np.int64]:
        return write_tokens(windows, ids, self.language, self.event_tokens, self.max_tokens)

    def _train(self, network: nn.Module, loss: Any, weights: Tensor, pace: tuple[int, float]) -> None:
        """Steps and rate; each step of a batch of runs, drawn as likely as they are frequent."""
        steps, rate = pace
        generator = torch.Generator().manual_seed(self.seed)
        optimiser = build_optimiser(network, rate, weight_decay=0.01)  # AdamW's own, as the authors' code
        with enable_dropout(network, self.seed):
            for _ in range(steps):
                optimiser.zero_grad()
                loss(torch.multinomial(weights, self.batch_size, replacement=True, generator=generator)).backward()
                optimiser.step()


def _to_device(tokens: Tensor) -> Tensor:
    """Tokens where the network is."""
    return tokens.to(current_device())
