"""BERT as CroSysLog's public code has it (Wang et al. 2024, NeuralParser.py): the plain mean over a fixed length.

Each text is cut or padded to the same number of WordPiece tokens and its vector is the mean of the last layer over all
positions, [CLS], [SEP] and [PAD] included. Attention is masked as usual, the mean is not: how much of a vector is
padding depends on how short the text is. Cleaning is not in the code and follows the paper (III-A).
"""

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
    from crosslog.embedding.transformer import Transformer


@dataclass(frozen=True)
class BertPublished:
    """A pre-trained BERT and its mean over tokens and padding alike.

    Attributes
    ----------
    model : `package:<name>`, a folder, or a name on the Hub
    batch_size : texts a batch; part of the arithmetic, so part of the identity
    max_tokens : longer texts are cut, shorter ones are padded
    """

    model: str
    batch_size: Count
    max_tokens: Count
    unit_length = False

    @property
    def dim(self) -> int:
        """Numbers in a vector, from the model's configuration."""
        folder = models.locate(self.model)
        return self._transformer.dim if folder is None else models.hidden_size(folder)

    def identity(self) -> str:
        """Encoder, model, options and fingerprint of the weights."""
        options = {"batch_size": self.batch_size, "max_tokens": self.max_tokens}
        return models.identity("bert_published", self.model, options)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) float32 vectors of any length."""
        words = [cleaned(text) for text in texts]
        means = self._transformer.mean_of_last_layer(words, self.batch_size, self.max_tokens, with_padding=True)
        return means.astype(np.float32)

    @cached_property
    def _transformer(self) -> Transformer:
        from crosslog.embedding.transformer import Transformer  # noqa: PLC0415 torch takes seconds

        return Transformer.load(self.model)


def cleaned(text: str) -> str:
    """Lower-case words of letters with single blanks between; a placeholder such as `<path>` is the word in it."""
    letters = (character if character.isalpha() else " " for character in text.lower())
    return " ".join("".join(letters).split())
