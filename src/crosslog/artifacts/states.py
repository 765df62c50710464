"""What a detector has learnt on disk: numeric arrays by name, as safetensors, with words about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from crosslog.artifacts.checking import ArtifactError


def write_state(path: Path, state: Mapping[str, NDArray[Any]], about: Mapping[str, str]) -> Path:
    """Write arrays and words, the same bytes for the same content; an empty state gives a file too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(array) for name, array in sorted(state.items())}
    path.write_bytes(save(arrays, dict(sorted(about.items()))))
    return path


def read_state(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The arrays, and the words about them.

    Raises
    ------
    ArtifactError
        If the file is missing or damaged.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (FileNotFoundError, SafetensorError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}): run `dvc repro` to make it") from None
