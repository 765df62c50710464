"""A folder in which crosslog's parse stage reads one log with this repository's own settings."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bench.parsing.inputs import Log

REPOSITORY = Path(__file__).parents[2]
SYSTEM = "bench"


def lay(folder: Path, log: Log) -> None:
    """Write params.yaml, the repository's, and systems.yaml, with one system, which is the log."""
    shutil.copy(REPOSITORY / "params.yaml", folder)
    _write(folder / "systems.yaml", {SYSTEM: system(log)})


def system(log: Log) -> dict[str, Any]:
    """The entry of systems.yaml; a line's first word is its alert tag in all formats that the peers read."""
    return {
        "description": log.origin,
        "kind": "benchmark",
        "format": log.format,
        "path": str(log.path),
        "labels": {"source": "tag"},
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.dump(content, path)
