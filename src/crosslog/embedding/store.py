"""One vector per distinct text, stored once and shared by systems and runs: a folder of immutable shards.

A shard holds the SHA-256 digests of some texts and their vectors. Its name is a digest of its content and it appears by
a rename, so processes that write at once neither see half a shard nor overwrite one another. The folder is named by an
encoder's `identity`: vectors of two encoders never meet in one.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crosslog.atomic import replace_file
from crosslog.embedding.encoder import Encoder
from crosslog.executor import Here, Pool
from crosslog.faults import UserError

SHARD_TEXTS = 4096  # a long run that is stopped loses at most so many vectors
DIGEST_BYTES = 32


PoolFor = Callable[[int], AbstractContextManager[Pool]]


def here(shards: int) -> AbstractContextManager[Pool]:  # noqa: ARG001
    """A pool in the process that asks, however many shards there are."""
    return nullcontext(Here())


def encoding_of(encoder: Encoder) -> str:
    """16 hexadecimal digits that stand for an encoder's identity where a column says how a text became its vector."""
    return hashlib.sha256(encoder.identity().encode()).hexdigest()[:16]


class StoreError(UserError, ValueError):
    """A shard cannot be read; the message names it."""


def vectors_for(
    texts: Sequence[str], folder: Path, encoder: Encoder, pool_for: PoolFor = here
) -> tuple[NDArray[np.float32], int]:
    """(n, dim) float32 vectors in the order of the texts, and how many of them were new.

    Only texts that no shard of `folder` knows are encoded, a shard at a time, in the pool that `pool_for` opens for so
    many shards; where there are none the encoder's model is never loaded.

    Raises
    ------
    StoreError
        If a shard is damaged, or the encoder gives something other than finite float32 vectors.
    """
    keys = digest_texts(texts)
    known = _read(folder, set(keys))
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    shards = [list(missing.items())[start : start + SHARD_TEXTS] for start in range(0, len(missing), SHARD_TEXTS)]
    with pool_for(len(shards)) as pool:
        encoded = pool.ordered(partial(encode_soundly, encoder), ([text for _, text in shard] for shard in shards))
        for shard, vectors in zip(shards, encoded, strict=True):
            write_shard(folder, [key for key, _ in shard], vectors)
            known.update(zip((key for key, _ in shard), vectors, strict=True))
    if not keys:
        return np.empty((0, encoder.dim), dtype=np.float32), 0
    return np.stack([known[key] for key in keys]), len(missing)


def digest_texts(texts: Sequence[str]) -> list[bytes]:
    """The SHA-256 digest of each text, under which its vector is stored."""
    return [hashlib.sha256(text.encode()).digest() for text in texts]


def encode_soundly(encoder: Encoder, texts: list[str]) -> NDArray[np.float32]:
    """(n, dim) vectors of the texts, in their order.

    Raises
    ------
    StoreError
        If the encoder gives something other than finite float32 vectors.
    """
    vectors = _resident(encoder).encode(texts)  # type: ignore[arg-type]
    if vectors.shape != (len(texts), encoder.dim) or vectors.dtype != np.float32 or not np.isfinite(vectors).all():
        raise StoreError(
            f"{encoder.identity()} gave {vectors.dtype} of shape {vectors.shape} for {len(texts)} texts; "
            f"finite float32 of shape ({len(texts)}, {encoder.dim}) was expected"
        )
    return vectors


@lru_cache(maxsize=1)
def _resident(encoder: Encoder) -> Encoder:
    """The same encoder for equal ones: a worker gets a copy with each shard, and must not load its model each time."""
    return encoder


def _read(folder: Path, wanted: set[bytes]) -> dict[bytes, NDArray[np.float32]]:
    found: dict[bytes, NDArray[np.float32]] = {}
    for path in sorted(folder.glob("*.npz")):
        for key, vector in read_shard(path, wanted).items():
            found.setdefault(key, vector)
    return found


def read_shard(path: Path, wanted: set[bytes] | None) -> dict[bytes, NDArray[np.float32]]:
    """The vectors of a shard's texts that are wanted, by digest; without a wish, of all.

    Raises
    ------
    StoreError
        If it is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as shard:
            keys = [row.tobytes() for row in shard["digests"]]
            if wanted is not None and wanted.isdisjoint(keys):
                return {}
            rows = dict(zip(keys, shard["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise StoreError(f"{path} is damaged ({error}): delete it, its vectors are then computed again") from None
    return rows if wanted is None else {key: vector for key, vector in rows.items() if key in wanted}


def write_shard(folder: Path, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> Path:
    """Add a shard of (n, dim) vectors of the texts with these n digests; the file."""
    digests = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
    name = hashlib.sha256(digests.tobytes() + vectors.tobytes()).hexdigest()[:32]
    path = folder / f"{name}.npz"
    with replace_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, digests=digests, vectors=vectors)
    return path
