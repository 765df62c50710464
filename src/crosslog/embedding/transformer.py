"""Mean of a Transformer encoder's last layer over tokens, in batches of a fixed shape.

A matrix product may add up its numbers in another order when its shape changes, so a text's vector would depend on the
texts that happen to share its batch. Here every batch has the same number of rows (the last one is filled up with
copies) and a length from a fixed ladder, on a fixed number of threads: a text always meets the same arithmetic. It is
that of float64, a quarter slower here, because the order of sums changes with the CPU too: see RoundedEncoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from crosslog.embedding import models

LENGTH_STEP = 8  # token lengths are padded to a multiple of this
THREADS = 2  # part of the arithmetic: more threads may cut a product differently


@dataclass(frozen=True)
class Transformer:
    """A tokenizer and a network, ready to encode."""

    tokenizer: Any
    network: Any

    @classmethod
    def load(cls, model: str) -> Transformer:
        """Load a package's, a folder's, the Hugging Face cache's or the Hub's files, the first that there are.

        Raises
        ------
        ModelError
            If the files are not there or are not a Transformer encoder.
        """
        return models.loaded(model, cls._read)

    @classmethod
    def _read(cls, place: str, local_only: bool) -> Transformer:
        import transformers  # noqa: PLC0415 a second more, only where a model is loaded

        transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        network = transformers.AutoModel.from_pretrained(place, local_files_only=local_only, dtype=torch.float64)
        tokenizer = transformers.AutoTokenizer.from_pretrained(place, local_files_only=local_only)
        if len(tokenizer) <= len(tokenizer.all_special_ids):  # without its files it would make every word unknown
            raise models.ModelError("the tokenizer's files are not there")
        return cls(tokenizer, network.eval())

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return int(self.network.config.hidden_size)

    def mean_of_last_layer(
        self, texts: Sequence[str], batch_size: int, max_tokens: int, *, with_padding: bool = False
    ) -> NDArray[np.float64]:
        """(n, dim) float64: the mean of the last layer over a text's tokens, at most `max_tokens`.

        With padding, a text has exactly `max_tokens` positions and the mean is over all of them; tokens never attend to
        padding, but padding attends to them.
        """
        tokens = self.tokenizer(list(texts), truncation=True, max_length=max_tokens)["input_ids"] if texts else []
        lengths = np.array([max_tokens if with_padding else ladder(len(row), max_tokens) for row in tokens])
        vectors = np.empty((len(tokens), self.dim))
        with torch.inference_mode(), threads(THREADS):
            for length in np.unique(lengths):
                rows = np.flatnonzero(lengths == length)
                for start in range(0, len(rows), batch_size):
                    chosen = rows[start : start + batch_size]
                    ids, mask = self._batch([tokens[row] for row in chosen], batch_size, int(length))
                    states = self.network(input_ids=ids, attention_mask=mask).last_hidden_state
                    vectors[chosen] = mean(states, torch.ones_like(mask) if with_padding else mask)[: len(chosen)]
        return vectors

    def _batch(self, rows: list[list[int]], size: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        ids = torch.full((size, length), self.tokenizer.pad_token_id or 0)
        mask = torch.zeros((size, length), dtype=torch.long)
        for number in range(size):
            row = rows[min(number, len(rows) - 1)]
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        return ids, mask


def mean(states: torch.Tensor, counted: torch.Tensor) -> NDArray[np.float64]:
    """(n, dim) means of (n, length, dim) states over the positions where `counted` (n, length) is 1, not 0."""
    weights = counted.unsqueeze(-1).to(states.dtype)
    means: NDArray[np.float64] = ((states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)).numpy()
    return means


def ladder(tokens: int, most: int) -> int:
    """The padded length for so many tokens: the next multiple of LENGTH_STEP, at most `most`."""
    return min(-(-max(tokens, 1) // LENGTH_STEP) * LENGTH_STEP, most)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Run torch on exactly so many threads, then as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
