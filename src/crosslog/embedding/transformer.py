"""Mask-aware mean of a Transformer encoder's last layer, in batches of a fixed shape.

A matrix product may add up its numbers in another order when its shape changes, so a text's vector would depend on the
texts that happen to share its batch. Here every batch has the same number of rows (the last one is filled up with
copies) and a length from a fixed ladder, on a fixed number of threads: a text always meets the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from crosslog.embedding.models import ModelError

LENGTH_STEP = 8  # token lengths are padded to a multiple of this
THREADS = 2  # part of the arithmetic: more threads may cut a product differently


@dataclass(frozen=True)
class Transformer:
    """A tokenizer and a network, ready to encode."""

    tokenizer: Any
    network: Any

    @classmethod
    def load(cls, model: str, folder: Path | None) -> Transformer:
        """Load from a folder without a look at the network, or else by name from the Hub.

        Raises
        ------
        ModelError
            If the files are not there or are not a Transformer encoder.
        """
        import transformers  # noqa: PLC0415 a second more, only where a model is loaded

        transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        place, local = (model, False) if folder is None else (str(folder), True)
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(place, local_files_only=local)
            network = transformers.AutoModel.from_pretrained(place, local_files_only=local, dtype=torch.float32)
        except (OSError, ValueError) as error:
            raise ModelError(f"embed.options.model: {model} cannot be loaded: {error}") from None
        return cls(tokenizer, network.eval())

    def mean_of_last_layer(self, texts: Sequence[str], batch_size: int, max_tokens: int) -> NDArray[np.float32]:
        """(n, dim) float32: the mean over the real tokens of the last layer; texts are cut at `max_tokens`."""
        tokens = self.tokenizer(list(texts), truncation=True, max_length=max_tokens)["input_ids"] if texts else []
        lengths = np.array([ladder(len(row), max_tokens) for row in tokens])
        vectors = np.empty((len(tokens), self.network.config.hidden_size), dtype=np.float32)
        with torch.inference_mode(), threads(THREADS):
            for length in np.unique(lengths):
                rows = np.flatnonzero(lengths == length)
                for start in range(0, len(rows), batch_size):
                    chosen = rows[start : start + batch_size]
                    batch = self._batch([tokens[row] for row in chosen], batch_size, int(length))
                    vectors[chosen] = self._mean(*batch).numpy()[: len(chosen)]
        return vectors

    def _batch(self, rows: list[list[int]], size: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        ids = torch.full((size, length), self.tokenizer.pad_token_id or 0)
        mask = torch.zeros((size, length), dtype=torch.long)
        for number in range(size):
            row = rows[min(number, len(rows) - 1)]
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        return ids, mask

    def _mean(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.network(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        mean: torch.Tensor = (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)
        return mean


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
