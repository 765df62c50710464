"""The import rule: rim (flows, tasks, cli) -> artifacts -> rooms -> ground; a room never imports another."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import pytest
from imports import imports, modules, tree

GROUND = {
    "atomic", "settings", "systems", "schemas", "csv_files", "plugins", "executor", "faults", "templates", "vectors",
    "ranges", "sources",
}  # fmt: skip
ROOMS = {"logs", "interpretation", "labelling", "embedding", "detection", "evaluation", "reporting", "monitoring"}
PLUGIN_FOLDERS = ("logs.formats", "logs.mining", "embedding.encoders", "detection.detectors", "reporting")
PLUGIN_FUNCTION = "chapter"  # what every file of reporting/ defines
LONGEST_BODY = 45
MOST_PARAMETERS = 5


def place(name: str) -> str:
    """Where a module lives: a room's name, "ground", "artifacts" or "rim"."""
    parts = name.split(".")
    if parts[0] != "crosslog" or parts[1:2] == ["cli"]:
        return "rim"
    if len(parts) == 1 or parts[1] in GROUND:
        return "ground"
    return parts[1]


def allowed(importer: str) -> set[str]:
    """Places that a module of this place may import."""
    if importer == "rim":
        return {"rim", "artifacts", "ground", *ROOMS}
    return {importer, "ground"}


def test_imports_point_inwards() -> None:
    wrong = [
        f"{name} is in {place(name)} and imports {target}"
        for name in modules()
        for target in imports(name)
        if target.split(".")[0] in ("crosslog", "tasks", "flows") and place(target) not in allowed(place(name))
    ]
    assert wrong == []


def test_every_module_has_a_known_place() -> None:
    assert [name for name in modules() if place(name) not in {"rim", "ground", "artifacts", *ROOMS}] == []


def test_only_flows_import_prefect_and_nobody_imports_dvc() -> None:
    tops = {name: {target.split(".")[0] for target in imports(name)} for name in modules()}
    assert [name for name, found in tops.items() if "prefect" in found and not name.startswith("flows")] == []
    assert [name for name, found in tops.items() if "dvc" in found] == []


@pytest.mark.parametrize("folder", PLUGIN_FOLDERS)
def test_plugins_do_not_import_one_another(folder: str) -> None:
    prefix = f"crosslog.{folder}."
    plugins = [name for name in modules() if is_plugin(name) and name.startswith(prefix)]
    for name in plugins:
        assert not imports(name) & (set(plugins) - {name}), f"{name} leans on another plugin"


def test_every_module_opens_with_a_docstring() -> None:
    assert [name for name, path in modules().items() if not ast.get_docstring(tree(path))] == []


def test_functions_stay_short_and_take_few_parameters() -> None:
    wrong = [
        f"{name}.{node.name} {fault}"
        for name, path in modules().items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for fault in faults_of(node)
    ]
    assert wrong == []


def faults_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """What is too much in a function."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
    parameters = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
    asked = [parameter for parameter in parameters if parameter not in ("self", "cls")]
    if lines > LONGEST_BODY:
        yield f"has {lines} lines"
    if len(asked) > MOST_PARAMETERS and not is_command(node):
        yield f"takes {len(asked)} parameters"


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a command, which has a parameter for each of its options."""
    return any(
        isinstance(each, ast.Call) and ast.unparse(each.func).endswith(".command") for each in node.decorator_list
    )


def literals(syntax: ast.Module) -> set[str]:
    """Every string in the code, docstrings aside; of an f-string, each of its fixed parts."""
    asides = {id(node.value) for node in ast.walk(syntax) if isinstance(node, ast.Expr)}
    nodes = (node for node in ast.walk(syntax) if isinstance(node, ast.Constant) and id(node) not in asides)
    return {node.value for node in nodes if isinstance(node.value, str)}


def test_nobody_but_artifacts_names_a_place_under_data_or_reports() -> None:
    others = {name: path for name, path in modules().items() if place(name) != "artifacts"}
    naming = {
        name
        for name, path in others.items()
        if any(text.startswith(("data/", "reports/")) and " " not in text for text in literals(tree(path)))
    }
    assert not naming, "take the path from crosslog.artifacts"


def public_names(syntax: ast.Module) -> Iterator[str]:
    """Functions, classes and constants that a module defines at its top."""
    for node in syntax.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))


def is_plugin(name: str) -> bool:
    """Whether a module is the file of a plugin: only its one class, or the function of its kind, is known elsewhere."""
    folder, _, file = name.removeprefix("crosslog.").rpartition(".")
    return folder in PLUGIN_FOLDERS and not file.startswith("_")


def test_no_public_name_is_defined_in_two_modules() -> None:
    found = Counter(
        name
        for module, path in modules().items()
        if module.startswith("crosslog")
        for name in set(public_names(tree(path)))
        if not name.startswith("_") and not (is_plugin(module) and (name.isupper() or name == PLUGIN_FUNCTION))
    )
    # `logger` is what Python's own documentation calls it, in every module.
    twice = {name for name, times in found.items() if times > 1} - {"logger"}
    assert not twice, "two modules define it: give one of them a name that says more"
