"""Any Hugging Face encoder (BERT, DistilBERT, RoBERTa, …) by name or folder: mask-aware mean of the last layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crosslog.embedding import models
from crosslog.ranges import Count

if TYPE_CHECKING:
    from crosslog.embedding.networks import TextNetwork


@dataclass(frozen=True)
class HuggingFace:
    """A pre-trained encoder as it is, without a head.

    Attributes
    ----------
    model : `package:<name>`, a folder, or a name on the Hub
    batch_size : texts a batch; part of the arithmetic, so part of the identity
    max_tokens : longer texts are cut
    """

    model: str
    batch_size: Count
    max_tokens: Count
    unit_length = False

    @property
    def dim(self) -> int:
        """Numbers in a vector, from the model's configuration."""
        folder = models.locate(self.model)
        return self._network.dim if folder is None else models.hidden_size(folder)

    def identity(self) -> str:
        """Encoder, model, options and fingerprint of the weights."""
        options = {"batch_size": self.batch_size, "max_tokens": self.max_tokens}
        return models.identity("hugging_face", self.model, options)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) float32 vectors of any length."""
        means = self._network.mean_of_last_layer(texts, self.batch_size, self.max_tokens)
        return means.astype(np.float32)

    @cached_property
    def _network(self) -> TextNetwork:
        from crosslog.embedding.networks import load_network  # noqa: PLC0415 only where a text is new

        return load_network(self.model)
