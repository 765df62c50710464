"""Short descriptions of failures and of ordinary events, which ship with the package together with their vectors.

They let the first log of all be compared with something: a template that lies closer to a failure than to anything
ordinary deserves a look. They come out of no log, and no label of a log was used in writing them.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.faults import UserError

SENTENCES = Path(__file__).with_name("events.toml")
VECTORS = Path(__file__).with_name("events.npz")
GRID_BITS = 12  # vectors are stored as whole multiples of 2**-12, the grid of the encoder `minilm`
GROUPS = {"failures": True, "ordinary": False}


class KnownEventsError(UserError, ValueError):
    """Sentences and vectors of known events do not belong together, or the encoder is another one."""


class KnownEvents(NamedTuple):
    """n descriptions of kinds of events.

    Attributes
    ----------
    vectors : (n, dim) float32, of length one to the grid
    kinds : the name of each one's kind, such as `disk failure`
    sentences : the descriptions
    anomalous : whether each one is a failure
    """

    vectors: NDArray[np.float32]
    kinds: tuple[str, ...]
    sentences: tuple[str, ...]
    anomalous: NDArray[np.bool_]


def load_known_events(identity: str) -> KnownEvents:
    """What is known of events, as vectors of the encoder of this identity.

    Raises
    ------
    KnownEventsError
        If the vectors that ship are another encoder's, or older than the sentences.
    """
    kinds, sentences, anomalous = read_sentences()
    with np.load(VECTORS, allow_pickle=False) as file:
        multiples, made_by, made_of = file["multiples"], str(file["identity"]), str(file["sentences"])
    if made_of != digest_sentences(sentences):
        raise KnownEventsError(
            f"{VECTORS.name} is not of the sentences in {SENTENCES.name}: run `python -m tools.embed_known`"
        )
    if made_by != identity:
        raise KnownEventsError(f"vectors of known events are those of the encoder {made_by}, not of {identity}")
    return KnownEvents(np.ldexp(multiples.astype(np.float32), -GRID_BITS), kinds, sentences, anomalous)


def read_sentences() -> tuple[tuple[str, ...], tuple[str, ...], NDArray[np.bool_]]:
    """Kind and text of each sentence, and whether it tells of a failure; failures come first."""
    groups = tomllib.loads(SENTENCES.read_text(encoding="utf-8"))
    rows = [
        (kind, sentence, anomalous)
        for group, anomalous in GROUPS.items()
        for kind, sentences in groups[group].items()
        for sentence in sentences
    ]
    kinds, texts, anomalies = zip(*rows, strict=True)
    return kinds, texts, np.array(anomalies, dtype=np.bool_)


def store_known_vectors(vectors: NDArray[np.float32], identity: str, path: Path = VECTORS) -> None:
    """Store the vectors of all sentences, in their order, which an encoder of this identity made.

    Raises
    ------
    KnownEventsError
        If they are not on the grid.
    """
    multiples = np.ldexp(vectors, GRID_BITS)
    if not np.array_equal(multiples, np.rint(multiples)):
        raise KnownEventsError(f"vectors of known events must be multiples of 2**-{GRID_BITS}")
    digest = digest_sentences(read_sentences()[1])
    np.savez_compressed(path, multiples=multiples.astype(np.int16), identity=identity, sentences=digest)


def digest_sentences(sentences: Sequence[str]) -> str:
    """SHA-256 over the sentences in their order."""
    return hashlib.sha256("\n".join(sentences).encode()).hexdigest()
