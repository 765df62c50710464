"""YAML files as frozen, checked types: what is wrong is said with file, line and key."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from crosslog.faults import UserError

SHOWN_PROBLEMS = 5
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
"""Of a system, an experiment, a detector, …: it is part of a path, and of a command that a shell runs."""


class SettingsError(UserError, ValueError):
    """A settings file is missing, is not YAML, or says something that crosslog does not understand."""


class Frozen(BaseModel):
    """A settings block: unknown keys are refused, values cannot be changed, and no type is taken for another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, given: Any) -> Any:
        return freeze_lists(given)


def freeze_lists(given: Any) -> Any:
    """The same with a tuple in place of each list, however deep."""
    if isinstance(given, list | tuple):
        return tuple(map(freeze_lists, given))
    return {key: freeze_lists(value) for key, value in given.items()} if isinstance(given, dict) else given


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML 1.2 file."""
    content = _parse(path, "safe")
    if not isinstance(content, dict):
        raise SettingsError(f"{path} must be a mapping of names to values")
    return copy.deepcopy(content)


def _parse(path: Path, kind: str) -> Any:
    try:
        return _load(path.read_text(encoding="utf-8"), kind)
    except FileNotFoundError:
        raise SettingsError(f"{path} not found: run from the top of the repository") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}:{line}: not UTF-8 ({error.reason}): save it as UTF-8") from None
    except YAMLError as error:
        raise SettingsError(_explain_error(path, error)) from None


@lru_cache(maxsize=64)
def _load(text: str, kind: str) -> Any:
    """What a YAML text holds, which nobody may change: a process asks for the same text often, and 30 KB take .3 s."""
    return YAML(typ=kind, pure=True).load(text)


def _explain_error(path: Path, error: YAMLError) -> str:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return f"{path} is not valid YAML: {error}"
    # Not its own text, which ends with how a program could let a key stand twice.
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return f"{path}:{error.problem_mark.line + 1} is not valid YAML: {said}"


Model = TypeVar("Model", bound=BaseModel)


def checked_model(model: type[Model], path: Path, content: Any, *where: str) -> Model:
    """`content`, found at `where` in `path`, as a model; a SettingsError names file, line and key of each misfit."""
    return check_merged(model, (path,), content, where)


def check_merged(model: type[Model], paths: Sequence[Path], content: Any, where: Sequence[str] = ()) -> Model:
    """The same of a content that comes from several files: a key is looked for in the first that has it."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        keys: list[tuple[Any, ...]] = [(*where, *problem["loc"]) for problem in error.errors()]
        lines = [
            ": ".join(filter(None, (locate_key(paths, key), ".".join(map(str, key)), problem["msg"])))
            for key, problem in zip(keys, error.errors(), strict=True)
        ]
        if len(lines) > SHOWN_PROBLEMS:
            lines[SHOWN_PROBLEMS:] = [f"… and {len(lines) - SHOWN_PROBLEMS} more"]
        raise SettingsError("\n".join(lines)) from None


def locate_key(paths: Sequence[Path], key: Sequence[Any]) -> str:
    """`file:line` of a key, or of as much of it as is written somewhere; the first file where nothing of it is."""
    found = [(depth, -place, f"{path}:{line}") for place, path in enumerate(paths) for depth, line in _lines(path, key)]
    return max(found)[2] if found else str(paths[0])


def _lines(path: Path, key: Sequence[Any]) -> list[tuple[int, int]]:
    """How much of a key a file has, and the line of the last of it; nothing where it has not even the first."""
    if not key:  # of the whole file
        return []
    here, line, depth = _parse(path, "rt"), 0, 0
    for depth, name in enumerate(key):
        try:
            line = (here.lc.item(name) if isinstance(name, int) else here.lc.key(name))[0] + 1
            here = here[name]
        except (AttributeError, KeyError, IndexError, TypeError):
            return [(depth, line)] if depth else []
    return [(depth + 1, line)]
