"""Tokens of many texts in blocks of a fixed number of rows, with no padding between the texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class TextSpan(NamedTuple):
    """Texts of one length that stand side by side in a block.

    Attributes
    ----------
    texts : which of the block's texts they are
    rows : of the block, one a token
    length : tokens of each
    """

    texts: slice
    rows: slice
    length: int


def pack_tokens(lengths: Sequence[int], rows: int) -> Iterator[list[int]]:
    """Which texts share a block of so many rows, as places in `lengths`: the shortest come first, no text is split."""
    block: list[int] = []
    free = rows
    for place in np.argsort(np.asarray(lengths, dtype=np.int64), kind="stable").tolist():
        if lengths[place] > free and block:
            yield block
            block, free = [], rows
        block.append(place)
        free -= lengths[place]
    if block:
        yield block


def find_spans(lengths: Sequence[int]) -> list[TextSpan]:
    """The spans of a block whose texts have these lengths, in this order."""
    spans: list[TextSpan] = []
    text = row = 0
    for length, group in groupby(lengths):
        count = sum(1 for _ in group)
        spans.append(TextSpan(slice(text, text + count), slice(row, row + count * length), length))
        text, row = text + count, row + count * length
    return spans


def split_texts(block: NDArray[np.float64], span: TextSpan) -> NDArray[np.float64]:
    """(texts, length, dim): the rows of a span, by text."""
    return block[span.rows].reshape(-1, span.length, block.shape[1])
