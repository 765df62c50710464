"""Workspaces with settings of their own: tests/data/params.yaml, and what a test says of it otherwise."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosslog.settings import Settings, read_yaml

TOP = Path(__file__).parents[1]
PARAMS = TOP / "tests" / "data" / "params.yaml"
REMOVED = object()
"""As a value in `changes`: the key is taken out."""


def params(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The small params.yaml with other values at dotted keys; what one key changes in a suite, `run` has too."""
    content: dict[str, Any] = copy.deepcopy(read_yaml(PARAMS))  # one suite is still one object in both places
    for dotted, value in (changes or {}).items():
        *path, last = dotted.split(".")
        block = content
        for key in path:
            block = block[key]
        if value is REMOVED:
            del block[last]
        else:
            block[last] = value
    return content


def write_params(folder: Path, changes: Mapping[str, Any] | None = None) -> Path:
    """Write the small params.yaml, with these changes, into a folder."""
    path = folder / "params.yaml"
    path.write_text(json.dumps(params(changes)), encoding="utf-8")
    return path


def small_settings(changes: Mapping[str, Any] | None = None) -> Settings:
    """The small params.yaml, with these changes, as settings."""
    return Settings.model_validate(params(changes))


def project_of(folder: Path, systems: dict[str, str], entries: str | None = None) -> Path:
    """A folder whose params.yaml reads these systems too (name: format); its systems.yaml has `entries`, or ours."""
    write_params(folder, {f"suites.small.systems.{name}": {"format": kind} for name, kind in systems.items()})
    (folder / "systems.yaml").write_text(entries or (TOP / "systems.yaml").read_text(encoding="utf-8"))
    return folder
