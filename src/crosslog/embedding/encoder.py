"""The protocol that every file in encoders/ follows, and what it promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """A way to turn texts into vectors.

    An encoder is a frozen dataclass whose fields are `embed.options` in params.yaml.

    It promises, and tests/embedding/test_contract.py checks for every file: finite float32 numbers; the same text
    always gives the same bits, whatever stands beside it in the call; vectors of length one where `unit_length` says
    so; and an `identity` that is known without loading a model.
    """

    @property
    def unit_length(self) -> bool:
        """Whether vectors have length one."""
        ...

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        ...

    def identity(self) -> str:
        """A file name that changes whenever the vectors would: encoder, model, options, weights."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn n texts into (n, dim) float32 vectors, in the order of the texts."""
        ...
