"""Matrices of vectors on disk, as .npy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosslog.artifacts.checking import SHOWN_FAILURES, ArtifactError, load_file
from crosslog.atomic import replace_file


def write_vectors(path: Path, vectors: NDArray[np.float32]) -> Path:
    """Write (n, dim) float32 vectors atomically as .npy.

    Raises
    ------
    ArtifactError
        If they are not a float32 matrix of finite numbers.
    """
    with replace_file(path) as temporary, temporary.open("wb") as file:
        np.save(file, _checked_vectors(path, vectors), allow_pickle=False)
    return path


def read_vectors(path: Path, rows: int) -> NDArray[np.float32]:
    """Read (rows, dim) float32 vectors; ArtifactError if they are not that."""
    vectors = _checked_vectors(path, load_file(path, np.load))
    if len(vectors) != rows:
        raise ArtifactError(f"{path} holds {len(vectors)} vectors, {rows} were expected")
    return vectors


def _checked_vectors(path: Path, vectors: NDArray[Any]) -> NDArray[np.float32]:
    if vectors.ndim != 2 or vectors.dtype != np.float32:
        raise ArtifactError(f"{path} must be a float32 matrix, not {vectors.dtype} of shape {vectors.shape}")
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise ArtifactError(f"{path} holds numbers that are not finite in rows {bad[:SHOWN_FAILURES].tolist()}")
    return vectors
