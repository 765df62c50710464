"""dvc.yaml names what its stages run: DVC does not follow imports, so the import closure is computed here."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from imports import REPOSITORY, imports, modules, plugin_kinds, tree

from crosslog.cli.use import use_suite
from crosslog.settings import Settings, read_yaml
from crosslog.sources import read_sources
from tasks._jobs import MEANING

# They may refuse an artifact but never change one.
EXEMPT = {
    "crosslog.atomic",
    "crosslog.executor",
    "crosslog.faults",
    "crosslog.artifacts",
    "crosslog.schemas",
    "crosslog.settings",
    "crosslog.systems",
    "crosslog.plugins",
    "crosslog.ranges",
    "crosslog.sources",
}
STAGES: dict[str, Any] = read_yaml(REPOSITORY / "dvc.yaml")["stages"]


def body(stage: str) -> dict[str, Any]:
    """What a stage does, whether it is plain, foreach or matrix."""
    return STAGES[stage].get("do", STAGES[stage])


def task(stage: str) -> str:
    """The module that a stage runs."""
    return f"tasks.{stage}"


def closure(name: str) -> set[str]:
    """Modules that run when `name` runs, plugin files aside; `package/__init__` modules hold only a docstring."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        module = todo.pop()
        if module in seen or is_exempt(module) or module not in modules():
            continue
        seen.add(module)
        todo.extend(imports(module))
        for kind in plugin_kinds(module):
            for plugin in plugins_of(kind):
                todo.extend(imports(plugin) - set(plugins_of(kind)))
    return {module for module in seen if not is_bare_package(module)}


def is_exempt(module: str) -> bool:
    """Whether a module, or the package that it is in, may refuse an artifact but never change one."""
    return any(module == name or module.startswith(f"{name}.") for name in EXEMPT)


def plugins_of(kind: str) -> list[str]:
    """Modules of a plugin folder."""
    return [name for name in modules() if name.rpartition(".")[0] == f"crosslog.{kind}"]


def is_bare_package(module: str) -> bool:
    """Whether a module is an __init__.py with nothing but a docstring."""
    path = modules()[module]
    return path.name == "__init__.py" and all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in tree(path).body
    )


def covered(path: str, deps: list[str]) -> bool:
    """Whether a path is a dep, or lies below one."""
    return any(path == dep or path.startswith(dep.rstrip("/") + "/") for dep in deps)


OF_EXPERIMENTS = ("sample", "tune", "train", "score", "evaluate")
OTHERS = [stage for stage in STAGES if stage not in OF_EXPERIMENTS]


@pytest.mark.parametrize("stage", OF_EXPERIMENTS)
def test_a_stage_of_an_experiment_hangs_on_a_file_that_knows_every_module_that_it_runs(stage: str) -> None:
    assert f"data/settings/${{key}}/{stage}.json" in body(stage)["deps"]
    run = closure(task(stage))
    plugins = {plugin for name in run for kind in plugin_kinds(name) for plugin in plugins_of(kind)}
    assert run <= set(read_sources(task(stage), MEANING, *plugins))


@pytest.mark.parametrize("stage", OTHERS)
def test_deps_name_every_module_that_the_stage_runs(stage: str) -> None:
    deps = body(stage)["deps"]
    needed = {modules()[name].relative_to(REPOSITORY).as_posix() for name in closure(task(stage))}
    missing = sorted(path for path in needed if not covered(path, deps))
    assert not missing, f"add to deps of {stage} in dvc.yaml:\n" + "\n".join(f"        - {path}" for path in missing)


@pytest.mark.parametrize("stage", OTHERS)
def test_deps_name_the_plugin_file_that_the_stage_runs(stage: str) -> None:
    deps = body(stage)["deps"]
    for kind in {kind for name in closure(task(stage)) for kind in plugin_kinds(name)}:
        folder = f"src/crosslog/{kind.replace('.', '/')}"
        assert covered(folder, deps) or any(dep.startswith(folder + "/${") for dep in deps), (
            f"add to deps of {stage} in dvc.yaml: {folder}/${{…}}.py"
        )


@pytest.mark.parametrize("stage", STAGES)
def test_deps_under_src_and_tasks_are_there(stage: str) -> None:
    for dep in body(stage)["deps"]:
        if dep.startswith(("src/", "tasks/")) and "${" not in dep:
            assert (REPOSITORY / dep).exists(), f"{stage} depends on {dep}, which does not exist"


@pytest.mark.parametrize("stage", OTHERS)
def test_params_name_every_section_that_the_stage_reads(stage: str) -> None:
    named = {str(entry).split(".")[0] for entry in body(stage).get("params", []) if isinstance(entry, str)}
    read = {
        node.attr
        for node in ast.walk(tree(modules()[task(stage)]))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "settings"
    } & set(Settings.model_fields)
    assert read <= named, f"add to params of {stage} in dvc.yaml: {sorted(read - named)}"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_runs_its_own_file_and_says_what_it_does(stage: str) -> None:
    command = shlex.split(body(stage)["cmd"].replace("${", "{"))
    assert command[:3] == ["python", "-m", task(stage)]
    assert (STAGES[stage].get("desc") or body(stage).get("desc", "")).strip()
    assert stage in OF_EXPERIMENTS or covered(f"{task(stage).replace('.', '/')}.py", body(stage)["deps"])


def test_every_task_is_a_stage() -> None:
    files = {path.stem for path in Path(REPOSITORY / "tasks").glob("*.py") if not path.stem.startswith("_")}
    assert files == {task(stage).removeprefix("tasks.") for stage in STAGES}


def test_what_people_edit_is_neither_cached_nor_deleted() -> None:
    (out,) = body("interpret")["outs"]
    assert out == {"data/interpretations/${key}.csv": {"cache": False, "persist": True}}


@pytest.mark.parametrize("stage", ["sample", "train", "score", "evaluate"])
def test_what_is_taken_as_it_is_outlives_the_start_of_its_stage(stage: str) -> None:
    assert all(options["persist"] for out in body(stage)["outs"] for options in out.values())


def test_every_make_target_that_runs_a_suite_names_one() -> None:
    named = re.findall(r"call run,([a-z_]+)", (REPOSITORY / "Makefile").read_text(encoding="utf-8"))
    assert named
    suites = Settings.load(REPOSITORY / "params.yaml").suites
    assert all(any(suite.startswith(name) for suite in suites) for name in named)


@pytest.mark.parametrize("suite", [name for name in Settings.load(REPOSITORY / "params.yaml").suites if name != "own"])
def test_a_choice_has_every_list_that_the_stages_go_through(workspace: Path, suite: str) -> None:
    for name in ("params.yaml", "systems.yaml", "experiments"):
        (workspace / name).symlink_to(REPOSITORY / name)
    use_suite(suite)
    lists = set(re.findall(r"foreach: \$\{run\.([a-z]+)\}", (REPOSITORY / "dvc.yaml").read_text(encoding="utf-8")))
    chosen = read_yaml(workspace / "suite.yaml")["run"]
    assert lists | {"suite"} == set(chosen)
    assert chosen["reports"] == [suite]
