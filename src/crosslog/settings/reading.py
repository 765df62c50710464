"""YAML files as frozen, checked types: a misspelt key is an error that names file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

SHOWN_PROBLEMS = 5


class SettingsError(ValueError):
    """A settings file is missing, is not YAML, or says something that crosslog does not understand."""


class Frozen(BaseModel):
    """A settings block: unknown keys are refused, values cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML 1.2 file."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} not found: run from the top of the repository") from None
    except YAMLError as error:
        raise SettingsError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path} must be a mapping of names to values")
    return content


Model = TypeVar("Model", bound=BaseModel)


def checked_model(model: type[Model], path: Path, content: Any, *where: str) -> Model:
    """`content`, found at `where` in `path`, as a model; a SettingsError names file and key of what does not fit."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, (*where, *problem['loc'])))}: {problem['msg']}" for problem in error.errors()
        ]
        if len(lines) > SHOWN_PROBLEMS:  # one slip in what many merge is a problem of each
            lines[SHOWN_PROBLEMS:] = [f"… and {len(lines) - SHOWN_PROBLEMS} more"]
        raise SettingsError("\n".join(lines)) from None
