"""Sentence vectors (Reimers and Gurevych 2019, Sentence-BERT): Transformer, mean over tokens, length one.

Importing sentence_transformers takes many seconds, so a model that is just Transformer + mean pooling + normalisation
is computed without it, to the same numbers (`networks.py`); any other goes through the library itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crosslog.embedding import models
from crosslog.ranges import Count

if TYPE_CHECKING:
    from crosslog.embedding.networks import TextNetwork

PLAIN = ["Transformer", "Pooling", "Normalize"]


@dataclass(frozen=True)
class SentenceTransformer:
    """A sentence-transformers model.

    Attributes
    ----------
    model : `package:<name>`, a folder, or a name on the Hub
    batch_size : texts a batch; part of the arithmetic, so part of the identity
    max_tokens : longer texts are cut
    """

    model: str
    batch_size: Count
    max_tokens: Count
    unit_length = True

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        folder = models.locate(self.model)
        if folder is not None and is_plain(folder_modules(folder), folder):
            return int(models.configuration(folder)["hidden_size"])
        return int(self._library_model.get_embedding_dimension())

    def identity(self) -> str:
        """Encoder, model, options and fingerprint of the weights."""
        options = {"batch_size": self.batch_size, "max_tokens": self.max_tokens}
        return models.identity("sentence_transformer", self.model, options)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) float32 vectors of length one."""
        folder = models.locate(self.model)
        if folder is not None and is_plain(folder_modules(folder), folder):
            return scale_to_one(self._network.mean_of_last_layer(texts, self.batch_size, self.max_tokens))
        return scale_to_one(self._by_the_library(texts))

    def _by_the_library(self, texts: Sequence[str]) -> NDArray[np.float64]:
        # One text a call: the library pads to the longest of a batch, and a vector must not depend on its neighbours.
        rows = [self._library_model.encode([text], show_progress_bar=False) for text in texts]
        return np.concatenate(rows).astype(np.float64) if rows else np.empty((0, self.dim))

    @cached_property
    def _network(self) -> TextNetwork:
        from crosslog.embedding.networks import load_network  # noqa: PLC0415 only where a text is new

        return load_network(self.model)

    @cached_property
    def _library_model(self) -> Any:
        import sentence_transformers  # noqa: PLC0415 it takes many seconds

        model = models.loaded(
            self.model,
            lambda place, local_only: sentence_transformers.SentenceTransformer(
                place, device="cpu", local_files_only=local_only
            ),
        )
        model.max_seq_length = self.max_tokens
        return model.double()


def folder_modules(folder: Path) -> list[dict[str, Any]]:
    """The model's modules, as its modules.json lists them."""
    return list(models.configuration(folder, "modules.json"))


def is_plain(modules: Sequence[dict[str, Any]], folder: Path) -> bool:
    """Whether the model is a Transformer at the top of the folder, a mean over tokens, a normalisation, and no more."""
    if [module["type"].rsplit(".", 1)[-1] for module in modules] != PLAIN or modules[0]["path"]:
        return False
    pooling = models.configuration(folder, f"{modules[1]['path']}/config.json")
    chosen = {key for key, value in pooling.items() if key.startswith("pooling_mode") and value}
    lower = models.configuration(folder, "sentence_bert_config.json").get("do_lower_case", False)
    return chosen == {"pooling_mode_mean_tokens"} and not lower


def scale_to_one(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Each row divided by its length, in float32 only then."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(vectors, np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
