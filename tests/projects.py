"""Workspaces with settings of their own: tests/data/params.yaml, and what a test says of it otherwise."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosslog.settings import CHOSEN, Experiment, Settings, read_yaml

TOP = Path(__file__).parents[1]
PARAMS = TOP / "tests" / "data" / "params.yaml"
REMOVED = object()
"""As a value in `changes`: the key is taken out."""


def params(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The small params.yaml, and `experiments` beside its sections, with other values at dotted keys."""
    content: dict[str, Any] = copy.deepcopy(read_yaml(PARAMS))
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


def write_params(folder: Path, changes: Mapping[str, Any] | None = None, suite: str = "small") -> Path:
    """Write the small params.yaml and experiments/, with these changes, into a folder that has chosen a suite."""
    return write_project(folder, params(changes), suite)


def write_project(folder: Path, content: Mapping[str, Any], suite: str) -> Path:
    """Write sections of params.yaml, and `experiments` as files beside it; the path of params.yaml."""
    sections = {name: block for name, block in content.items() if name != "experiments"}
    (folder / "params.yaml").write_text(json.dumps(sections, indent=1), encoding="utf-8")
    (folder / CHOSEN).write_text(json.dumps({"run": {"suite": suite}}), encoding="utf-8")
    (folder / "experiments").mkdir(exist_ok=True)
    for name, experiment in content.get("experiments", {}).items():
        (folder / "experiments" / f"{name}.yaml").write_text(json.dumps(experiment, indent=1), encoding="utf-8")
    return folder / "params.yaml"


def small_settings(changes: Mapping[str, Any] | None = None) -> Settings:
    """The small params.yaml, with these changes, as settings; it has no experiments."""
    content = params(changes)
    del content["experiments"]
    return Settings.model_validate(content)


def small_experiment(**changes: Any) -> Experiment:
    """Experiment e1 of the small params.yaml, with other fields."""
    known = {"name": "e1", "tuned_on": "e1", "encoder": "words"}
    return Experiment.model_validate({**params()["experiments"]["e1"], **known, **changes})


def project_of(folder: Path, entries: str | None = None) -> Path:
    """A folder with the small params.yaml, and a systems.yaml that has `entries`, or ours."""
    write_params(folder)
    (folder / "systems.yaml").write_text(entries or (TOP / "systems.yaml").read_text(encoding="utf-8"))
    return folder
