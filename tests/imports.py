"""Who imports whom, read from the sources with `ast`: what test_architecture and test_dvc lean on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
ROOTS = {"crosslog": REPOSITORY / "src" / "crosslog", "tasks": REPOSITORY / "tasks", "flows": REPOSITORY / "flows"}


@cache
def modules() -> dict[str, Path]:
    """Every module of the product: dotted name -> file."""
    found = {}
    for root, folder in ROOTS.items():
        for path in sorted(folder.rglob("*.py")):
            parts = [root, *path.relative_to(folder).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imports(name: str) -> frozenset[str]:
    """Dotted names that a module imports anywhere in its file, most precise form (`crosslog.logs.parsing`)."""
    return frozenset(_imports(tree(modules()[name])))


def _imports(syntax: ast.Module) -> Iterator[str]:
    for node in ast.walk(syntax):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in modules() else str(node.module)


def plugin_kinds(name: str) -> set[str]:
    """Kinds of plugins a module loads: the literals in `plugins.load("kind", …)` and `plugins.build("kind", …)`."""
    kinds = set()
    for node in ast.walk(tree(modules()[name])):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("load", "build"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value + ".":
                kinds.add(first.value)
    return {kind for kind in kinds if f"crosslog.{kind}" in modules()}
