"""Finds what varies by the name of its file: `load("detection.detectors", "protonet")` is the class in protonet.py."""

from __future__ import annotations

import ast
import collections.abc
import dataclasses
import importlib
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from crosslog import ranges
from crosslog.faults import UserError

PACKAGE = Path(__file__).parent


class PluginError(UserError, ValueError):
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


def check_block(kind: str, name: str, block: Mapping[str, Any]) -> None:
    """Raise a PluginError that says what does not fit in a plugin's block; the plugin is read, not imported."""
    if problems := [f"{field}: {problem}" if field else problem for field, problem in find_misfits(kind, name, block)]:
        raise PluginError(f"{kind.rpartition('.')[2]}/{name}.py: {'; '.join(problems)}")


def find_misfits(kind: str, name: str, block: Mapping[str, Any], given: str = "") -> Iterator[tuple[str, str]]:
    """Field and what is wrong with it, for each that a block lacks, has too many, or gives a wrong type or range.

    Nothing is imported, for a detector may bring torch: types are what the file's source says, strictly.

    Parameters
    ----------
    kind, name
        Of the plugin.
    block
        Its values by field.
    given
        A field that comes from elsewhere, such as `seed`.
    """
    _check_name(kind, name)
    fields = extract_fields(PACKAGE.joinpath(*kind.split("."), f"{name}.py"))
    for field, (annotation, required) in fields.items():
        if field in block:
            yield from ((field, problem) for problem in _mistyped(annotation, block[field]))
        elif required and field != given:
            yield field, f"is missing ({annotation})"
    for field in block:
        if field not in fields or field == given:
            yield field, f"is no field; there are: {', '.join(each for each in fields if each != given) or 'none'}"


@cache
def extract_fields(path: Path) -> dict[str, tuple[str, bool]]:
    """Each field of the public dataclass in a file: its annotation as written, and whether it has no default."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    return _class_fields(tree, classes[0]) if classes else {}


def _class_fields(tree: ast.Module, found: ast.ClassDef) -> dict[str, tuple[str, bool]]:
    fields: dict[str, tuple[str, bool]] = {}
    for base in found.bases:
        if isinstance(base, ast.Name) and (parent := _parent(tree, base.id)):
            fields |= _class_fields(*parent)
    for node in found.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            annotation = ast.unparse(node.annotation)
            if not annotation.startswith("ClassVar") and not _is_keyword_only(node.value):
                fields[node.target.id] = (annotation, node.value is None)
    return fields


def _parent(tree: ast.Module, name: str) -> tuple[ast.Module, ast.ClassDef] | None:
    """The class of this name that a module defines, or takes from another of ours."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return tree, node
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crosslog."):
            path = PACKAGE.joinpath(*str(node.module).split(".")[1:]).with_suffix(".py")
            if any(alias.name == name for alias in node.names) and path.exists():
                return _parent(ast.parse(path.read_text(encoding="utf-8")), name)
    return None


def _is_keyword_only(value: ast.expr | None) -> bool:
    """Whether a default is `field(…, kw_only=True)`: not for a block to say."""
    return isinstance(value, ast.Call) and any(keyword.arg == "kw_only" for keyword in value.keywords)


def _mistyped(annotation: str, value: Any) -> Iterator[str]:
    try:
        _adapter(annotation).validate_python(value, strict=True)
    except ValidationError as error:
        yield from (f"{problem['msg']}, not {value!r}" for problem in error.errors()[:1])


@cache
def _adapter(annotation: str) -> TypeAdapter[Any]:
    known = {**vars(typing), **vars(collections.abc), **vars(ranges)}
    return TypeAdapter(eval(annotation, known))


def _check_name(kind: str, name: str) -> None:
    if name not in names(kind):
        folder = f"src/crosslog/{kind.replace('.', '/')}"
        raise PluginError(f"no {folder}/{name}.py; there are: {', '.join(names(kind))}")
