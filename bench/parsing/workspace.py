"""A folder in which crosslog's parse stage reads one log with this repository's own settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bench.parsing.inputs import Log
from crosslog.settings import read_yaml

REPOSITORY = Path(__file__).parents[2]
SYSTEM = "bench"


def lay(folder: Path, log: Log) -> None:
    """Write params.yaml and systems.yaml: the repository's, with one system, which is the log."""
    _write(folder / "params.yaml", params(read_yaml(REPOSITORY / "params.yaml"), log))
    _write(folder / "systems.yaml", {SYSTEM: system(log)})


def params(settings: dict[str, Any], log: Log) -> dict[str, Any]:
    """The settings with a run of one system and no experiment."""
    run = {**settings["run"], "name": SYSTEM, "systems": {SYSTEM: {"format": log.format}}, "experiments": {}}
    return {**settings, "run": run, "suites": {SYSTEM: run}}


def system(log: Log) -> dict[str, Any]:
    """The entry of systems.yaml; a line's first word is its alert tag in all formats that the peers read."""
    return {"description": log.origin, "kind": "benchmark", "path": str(log.path), "labels": {"source": "tag"}}


def _write(path: Path, content: dict[str, Any]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.dump(content, path)
