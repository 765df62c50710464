"""BERT (Devlin et al. 2019) in numpy, forwards only.

Tokens of many texts are packed into blocks of a fixed number of rows; a token attends to its own text alone. So a text
meets the same arithmetic whatever shares its block. It is that of float64, as in `transformer.py`: numbers of the two
ways are some 1e-15 apart, and none of them is parted at the grid (see RoundedEncoder).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosslog.embedding.bert.blocks import TextSpan, find_spans, pack_tokens, split_texts
from crosslog.embedding.bert.files import Affine, BertWeights, Layer, read_tokenizer, read_weights
from crosslog.embedding.bert.gelu import apply_gelu

Matrix = NDArray[np.float64]

TEXT_ROWS = 8  # of a block for each text of a batch: 16 make 128, whose products are nearly as fast as any
WORKERS = 2  # threads with a block each; vectors do not depend on how many there are


@dataclass(frozen=True)
class Bert:
    """A tokenizer and a network, ready to encode."""

    tokenizer: Any
    weights: BertWeights

    @classmethod
    def load(cls, folder: Path) -> Bert:
        """Read a folder that `is_bert` holds for.

        Raises
        ------
        ModelError
            If its weights cannot be read.
        """
        return cls(read_tokenizer(folder), read_weights(folder))

    @property
    def dim(self) -> int:
        """Tensor in a vector."""
        return int(self.weights.words.shape[1])

    def mean_of_last_layer(self, texts: Sequence[str], batch_size: int, max_tokens: int) -> Matrix:
        """(n, dim): the mean of the last layer over a text's tokens, at most `max_tokens`.

        A block has TEXT_ROWS rows for each text of a batch, and as many as the longest text needs.
        """
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 it looks through all loaded libraries

        size = max(batch_size * TEXT_ROWS, max_tokens)
        self.tokenizer.enable_truncation(max_tokens)
        tokens = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        blocks = list(pack_tokens([len(row) for row in tokens], size))
        vectors = np.empty((len(tokens), self.dim))
        # One thread a product: those of a BLAS spin while they wait, and take the cores from whoever else wants them.
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(WORKERS) as pool:
            batches = ([tokens[place] for place in block] for block in blocks)
            for block, means in zip(blocks, pool.map(partial(encode_block, self.weights, size), batches), strict=True):
                vectors[block] = means
        return vectors


def encode_block(weights: BertWeights, size: int, tokens: list[list[int]]) -> Matrix:
    """(n, dim) means of the last layer over each of n texts, of which there are `size` tokens together at most."""
    spans = find_spans([len(row) for row in tokens])
    states = np.zeros((size, weights.words.shape[1]))
    for span in spans:
        split_texts(states, span)[:] = weights.words[tokens[span.texts]]
        split_texts(states, span)[:] += weights.positions[: span.length]
    states = normalise_rows(states, weights.norm, weights.epsilon)
    for layer in weights.layers:
        states = _pass_layer(states, layer, spans, weights)
    means: Matrix = np.concatenate([split_texts(states, span).mean(axis=1) for span in spans])
    return means


def _pass_layer(states: Matrix, layer: Layer, spans: list[TextSpan], weights: BertWeights) -> Matrix:
    attended = _apply(layer.attended, attend(_apply(layer.attention, states), spans, weights.heads))
    states = normalise_rows(states + attended, layer.attended_norm, weights.epsilon)
    narrow = _apply(layer.narrow, apply_gelu(_apply(layer.wide, states)))
    return normalise_rows(states + narrow, layer.narrow_norm, weights.epsilon)


def _apply(linear: Affine, states: Matrix) -> Matrix:
    product: Matrix = states @ linear.weight.T
    product += linear.bias
    return product


def attend(joint: Matrix, spans: list[TextSpan], heads: int) -> Matrix:
    """(rows, dim) of scaled dot-product attention within each text.

    Parameters
    ----------
    joint : (rows, 3 * dim) queries, keys and values, side by side
    spans : where the texts are
    heads : parts that attend for themselves
    """
    found = np.zeros((len(joint), joint.shape[1] // 3))
    for span in spans:
        parts = split_texts(joint, span).reshape(-1, span.length, 3, heads, found.shape[1] // heads)
        queries, keys, values = parts.transpose(2, 0, 3, 1, 4)  # each (texts, heads, tokens, numbers)
        shares = queries @ keys.swapaxes(-1, -2) / np.sqrt(queries.shape[-1])
        shares = np.exp(shares - shares.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        found[span.rows] = (shares @ values).swapaxes(1, 2).reshape(-1, found.shape[1])
    return found


def normalise_rows(states: Matrix, norm: Affine, epsilon: float) -> Matrix:
    """Layer normalisation (Ba, Kiros and Hinton 2016) of each row."""
    centred: Matrix = states - states.mean(axis=1, keepdims=True)
    centred /= np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + epsilon)
    centred *= norm.weight
    centred += norm.bias
    return centred
