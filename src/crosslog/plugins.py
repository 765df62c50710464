"""Finds what varies by the name of its file: `load("detection.detectors", "protonet")` is the class in protonet.py."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = Path(__file__).parent


class PluginError(ValueError):
    """No such file, more or fewer than one public class in it, or a params block that does not fit it."""


def names(kind: str) -> list[str]:
    """The plugins of a kind, such as `logs.formats`: every file of that folder that does not start with `_`."""
    folder = PACKAGE.joinpath(*kind.split("."))
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def load(kind: str, name: str) -> Any:
    """The one public class of the file `<kind>/<name>.py`.

    Raises
    ------
    PluginError
        If there is no such file (the message lists those there are), or not exactly one public class in it.
    """
    module = _module(kind, name)
    classes = [
        member
        for label, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and not label.startswith("_")
    ]
    if len(classes) != 1:
        raise PluginError(f"{module.__file__} must hold exactly one public class, not {len(classes)}")
    return classes[0]


def load_function(kind: str, name: str, function: str) -> Callable[..., Any]:
    """The function of the file `<kind>/<name>.py` that every plugin of its kind has.

    Raises
    ------
    PluginError
        If there is no such file (the message lists those there are), or no such function in it.
    """
    module = _module(kind, name)
    found = getattr(module, function, None)
    if not inspect.isfunction(found) or found.__module__ != module.__name__:
        raise PluginError(f"{module.__file__} must define {function}()")
    return found


def _module(kind: str, name: str) -> ModuleType:
    if name not in names(kind):
        folder = f"src/crosslog/{kind.replace('.', '/')}"
        raise PluginError(f"no {folder}/{name}.py; there are: {', '.join(names(kind))}")
    return importlib.import_module(f"crosslog.{kind}.{name}")


def build(kind: str, name: str, block: Mapping[str, Any]) -> Any:
    """An instance of a plugin that is a dataclass, from its params block.

    Raises
    ------
    PluginError
        If the block misses a field or has one too many; the message names them.
    """
    plugin = load(kind, name)
    fields = {field.name for field in dataclasses.fields(plugin) if field.init}
    required = {
        field.name
        for field in dataclasses.fields(plugin)
        if field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    missing, unknown = sorted(required - set(block)), sorted(set(block) - fields)
    if missing or unknown:
        raise PluginError(f"params block of {kind}.{name}: missing {missing}, unknown {unknown}")
    return plugin(**block)
