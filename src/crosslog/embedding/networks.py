"""Which way a model is computed: a plain BERT in numpy, which is there at once, any other Transformer by torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crosslog.embedding import models
from crosslog.embedding.bert.files import is_bert
from crosslog.embedding.bert.network import Bert


class TextNetwork(Protocol):
    """A tokenizer and a Transformer."""

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        ...

    def mean_of_last_layer(self, texts: Sequence[str], batch_size: int, max_tokens: int) -> NDArray[np.float64]:
        """(n, dim): the mean of the last layer over a text's tokens, at most `max_tokens`."""
        ...


def load_network(model: str) -> TextNetwork:
    """The network of a model, as `models.locate` names models; the two ways give the same vectors at the grid.

    Importing torch and transformers takes five seconds, which is a thousand texts in numpy.

    Raises
    ------
    ModelError
        If the files are not there or are not a Transformer encoder.
    """
    folder = models.locate(model)
    if folder is not None and is_bert(folder):
        return Bert.load(folder)
    from crosslog.embedding.transformer import Transformer  # noqa: PLC0415 torch takes seconds

    return Transformer.load(model)
