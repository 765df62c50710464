"""README.md, CONTRIBUTING.md and docs/ say what is so: commands, options, modules, targets and files are there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from imports import REPOSITORY

from crosslog.cli.app import app
from crosslog.settings import Settings

PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
MADE_BY_RUNS = ("reports/simulated/",)


def found(pattern: str) -> list[tuple[str, str]]:
    """Each match of a pattern, once a page."""
    pages = {page: page.read_text(encoding="utf-8") for page in PAGES}
    return sorted({(page.name, each) for page, text in pages.items() for each in re.findall(pattern, text)})


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that words of a line lead to, and the words that are left; a group has `commands`."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", ()):
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize(("page", "line"), found(r"(?m)(?:^|`|&& )(crosslog [a-z][^`\n&#]*)"))
def test_every_command_of_ours_is_there_with_its_options(page: str, line: str) -> None:
    command, rest = command_of(line.split()[1:])
    assert not getattr(command, "commands", ()) or (not rest and command.invoke_without_command), f"{page}: {line}"
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known, f"{page}: {line}"


@pytest.mark.parametrize(("page", "suite"), found(r"crosslog use ([a-z_]+)"))
def test_every_suite_is_there(page: str, suite: str) -> None:
    assert suite in Settings.load(REPOSITORY / "params.yaml").suites, page


@pytest.mark.parametrize(("page", "module"), found(r"python -m ((?:tasks|flows|bench)[a-z_.]*)"))
def test_every_module_is_there(page: str, module: str) -> None:
    assert importlib.util.find_spec(module) is not None, page


@pytest.mark.parametrize(("page", "target"), found(r"\bmake ([a-z]+)(?=`| +#| DATA)"))
def test_every_make_target_is_there(page: str, target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
        path = (page.parent / link).resolve()
        made = path.relative_to(REPOSITORY).as_posix().startswith(MADE_BY_RUNS)
        assert path.exists() or made, f"{page.name} leads to {link}"
