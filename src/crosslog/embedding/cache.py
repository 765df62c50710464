"""Vectors that a command keeps for its next run: a store that never stands in its way, and never grows beyond a bound.

Its folder belongs to it alone and holds shards as a store's does. A damaged shard is removed, a folder that cannot be
written is left as it is, and both are said; what is lacking is encoded again. Processes that run at once may remove a
shard under one another: its vectors are then new to one of them, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.embedding.encoder import Encoder
from crosslog.embedding.store import StoreError, digest_texts, encode_soundly, read_shard, write_shard

MOST_SHARDS = 16  # then they are merged into one
MOST_VECTORS = 20_000  # kept when they are merged: 30 MB of MiniLM's, read in a twentieth of a second

Vectors = dict[bytes, NDArray[np.float32]]


class Recalled(NamedTuple):
    """What was kept or encoded.

    Attributes
    ----------
    vectors : (n, dim) float32 in the order of the texts
    new : how many of them were encoded
    remarks : what went wrong with the folder, in words
    """

    vectors: NDArray[np.float32]
    new: int
    remarks: tuple[str, ...]


def recall_vectors(texts: Sequence[str], folder: Path, encoder: Encoder) -> Recalled:
    """The vectors of texts, from the folder where it knows them; those it does not know are encoded and kept in it.

    Raises
    ------
    StoreError
        If the encoder gives something other than finite float32 vectors.
    """
    keys = digest_texts(texts)
    remarks: list[str] = []
    known = _read(folder, set(keys), encoder.dim, remarks)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        vectors = encode_soundly(encoder, list(missing.values()))
        known.update(zip(missing, vectors, strict=True))
        try:
            write_shard(folder, list(missing), vectors)
            _bound(folder, known, encoder.dim)
        except OSError as error:
            remarks.append(f"{folder} cannot be written ({error.strerror}): vectors are computed again next time")
    found = np.stack([known[key] for key in keys]) if keys else np.empty((0, encoder.dim), dtype=np.float32)
    return Recalled(found, len(missing), tuple(remarks))


def _read(folder: Path, wanted: set[bytes], dim: int, remarks: list[str]) -> Vectors:
    """The vectors of these digests, of those that there are."""
    found: Vectors = {}
    for path in _shards(folder):
        # Another process may merge it away and write the same again in between: it is looked at twice.
        if not wanted.issubset(found) and not any(_take(found, path, wanted, dim) for _ in range(2)):
            _remove(path, remarks)
    return found


def _take(found: Vectors, path: Path, wanted: set[bytes], dim: int) -> bool:
    """Whether a shard could be read; what it holds of these digests is added."""
    try:
        _add(found, read_shard(path, wanted), dim, path)
    except StoreError:
        return False
    return True


def _add(found: Vectors, more: Vectors, dim: int, path: Path) -> None:
    for key, vector in more.items():
        if vector.shape != (dim,) or vector.dtype != np.float32 or not np.isfinite(vector).all():
            raise StoreError(f"{path} holds other vectors than this encoder's")
        found.setdefault(key, vector)


def _remove(path: Path, remarks: list[str]) -> None:
    """Remove a damaged shard, unless another process has removed it while it was read."""
    with suppress(OSError):
        if path.exists():
            remarks.append(f"{path} was damaged: its vectors are computed again")
            path.unlink()


def _shards(folder: Path) -> list[Path]:
    """The shards, the latest first."""
    times: dict[Path, int] = {}
    for path in folder.glob("*.npz"):
        with suppress(FileNotFoundError):  # removed by a process that merged it
            times[path] = path.stat().st_mtime_ns
    return sorted(times, key=lambda path: (-times[path], path.name))


def _bound(folder: Path, asked: Vectors, dim: int) -> None:
    """Merge shards where there are many: what was just asked for is kept, then what was written last."""
    shards = _shards(folder)
    if len(shards) <= MOST_SHARDS:
        return
    kept = dict(asked)
    for path in shards:
        if len(kept) < MOST_VECTORS:
            with suppress(StoreError):
                _add(kept, read_shard(path, None), dim, path)
    chosen = list(kept)[:MOST_VECTORS]
    merged = write_shard(folder, chosen, np.stack([kept[key] for key in chosen]))
    for path in shards:
        if path != merged:
            path.unlink(missing_ok=True)
