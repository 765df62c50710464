"""The source that a result hangs on, and digests of named contents: what a key of a result is made of."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOTS = ("crosslog", "tasks")
# They may refuse a result but never change one: no key hangs on them.
REFUSING = (
    "artifacts", "atomic", "executor", "faults", "plugins", "ranges", "schemas", "settings", "sources", "systems",
)  # fmt: skip


def digest_contents(parts: Mapping[str, bytes]) -> str:
    """SHA-256 of named contents, whatever their order; no content can be taken for another's name or for two."""
    digest = hashlib.sha256()
    for name in sorted(parts):
        for piece in (name.encode(), parts[name]):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    return digest.hexdigest()


def read_sources(*modules: str) -> dict[str, bytes]:
    """Module name to source, of these modules and of all of ours that they import, however indirectly.

    Imports are read, not run. Plugins that a module loads by name are none of its imports: name them too.
    """
    found: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found[module], imported = _read(module)
            waiting.extend(imported)
    return found


def needs_library(module: str, library: str) -> bool:
    """Whether a module of ours, or one that it imports, imports a library."""
    return any(library in _imported(source) for source in read_sources(module).values())


@cache
def _read(module: str) -> tuple[bytes, tuple[str, ...]]:
    path = _find_file(module)
    assert path is not None, f"no module {module}"
    source = path.read_bytes()
    return source, tuple(name for name in _ours(source) if name.split(".")[1] not in REFUSING)


def _ours(source: bytes) -> Iterator[str]:
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in ROOTS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ROOTS:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if _find_file(inner):
                    yield inner
                elif node.module not in ROOTS:
                    yield str(node.module)


@cache
def _find_file(module: str) -> Path | None:
    """The file of a module of ours; `find_spec` would import what it lies in, and torch with that."""
    root, *inner = module.split(".")
    spec = importlib.util.find_spec(root)
    folders = (spec and spec.submodule_search_locations) or []
    paths = (Path(folder, *inner) for folder in folders)
    files = (file for path in paths for file in (path / "__init__.py", path.with_suffix(".py")))
    return next(filter(Path.is_file, files), None)


@cache
def _imported(source: bytes) -> frozenset[str]:
    """First names of the modules that a source imports."""
    nodes = list(ast.walk(_tree(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    return frozenset(name.partition(".")[0] for name in names)


@cache
def _tree(source: bytes) -> ast.Module:
    return ast.parse(source)
