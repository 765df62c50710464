"""The protocol that every file in encoders/ follows, what it promises, and the grid that vectors are rounded to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crosslog import plugins
from crosslog.settings import EmbedSettings


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


def build_encoder(embed: EmbedSettings, system: str = "") -> RoundedEncoder:
    """The encoder of a block of params.yaml, with the options of a system where one is named.

    Raises
    ------
    PluginError
        If there is no such encoder, or the options do not fit it.
    """
    encoder: Encoder = plugins.build("embedding.encoders", embed.encoder, embed.options_for(system))
    return RoundedEncoder(encoder, embed.grid_bits)


@dataclass(frozen=True)
class RoundedEncoder:
    """An encoder whose numbers are multiples of 2**-grid_bits, so that they are the same on every CPU.

    Kinds of CPU add up in another order. Of MiniLM's 1,013,376 numbers for 2,639 distinct texts of the simulated
    systems 95 % then differ in float32, by 2e-7 at most, and rounding parts those next to an edge: 11 at a grid of
    2**-8, 32 at 2**-10, 93 at 2**-12, 478 at 2**-14. Networks therefore compute in float64 (`transformer.py`): there
    numbers differ by 4e-16, and none is parted at any grid down to 2**-20.

    2**-12 is the coarsest that costs nothing: on e1_simulated and e2_simulated F1 of nearest_neighbour is the same to
    four digits from 2**-10 on, that of logistic within .0003 at 2**-12 (.003 lower at 2**-10), and logistic_sources
    moves by .025 at 2**-11, one burst of a message at the threshold, by +.001 and +.004 at 2**-12. Products of such
    numbers are multiples of 2**-24, so float32 holds their sums up to 1: cosines of vectors of length one, clipped at
    1, are exact in any order of addition.

    Attributes
    ----------
    encoder : what makes the vectors
    grid_bits : 2**-grid_bits is the step of the grid
    """

    encoder: Encoder
    grid_bits: int

    @property
    def unit_length(self) -> bool:
        """Whether vectors have length one, to the grid."""
        return self.encoder.unit_length

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return self.encoder.dim

    def identity(self) -> str:
        """The encoder's, and the grid."""
        return f"{self.encoder.identity()}-grid{self.grid_bits}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) float32 vectors, each number rounded to the grid; halves to the even neighbour."""
        return round_to_grid(self.encoder.encode(texts), self.grid_bits)


def round_to_grid(vectors: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    """The same shape, numbers rounded to multiples of 2**-bits; there is no negative zero."""
    scaled = np.rint(np.ldexp(vectors.astype(np.float64), bits))
    rounded: NDArray[np.float32] = (np.ldexp(scaled, -bits) + 0.0).astype(np.float32)
    return rounded
