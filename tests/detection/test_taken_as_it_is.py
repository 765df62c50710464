"""Stages of an experiment over a copy of the source: what a change computes again, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from detection.test_stages import write_params, write_pipeline
from imports import REPOSITORY

from crosslog import artifacts
from tasks import sample


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with source and tasks of its own, and all stages of its experiment run."""
    folder = tmp_path_factory.mktemp("run")
    for name in ("src", "tasks"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_pipeline()
        write_params(detectors=["exact_match", "all_positive"])
        sample.main("e")
    assert stages(folder) == [(2, 0)] * 3
    return folder


@pytest.fixture
def copy(run_once: Path, workspace: Path) -> Path:
    """The same in a place of the test's own."""
    return Path(shutil.copytree(run_once, workspace, dirs_exist_ok=True))


def stages(folder: Path, *names: str) -> list[tuple[int, int]]:
    """How many detectors each stage made, and how many it took as they were."""
    code = (
        "import re, sys\nfrom tasks import train, score, evaluate\nfor each in (train, score, evaluate): each.main('e')"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(folder / "src")])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stderr.splitlines() if " as they were" in line]
    return [(int(words[2]), int(words[4])) for words in lines]


def append(path: Path, text: str = "\n# another comment\n") -> None:
    """Change a file of the copy."""
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_touched_detector_is_made_again_alone_and_what_comes_out_the_same_stops_there(copy: Path) -> None:
    append(copy / "src/crosslog/detection/detectors/exact_match.py")
    assert stages(copy) == [(1, 1), (1, 1), (0, 2)]


def test_nothing_is_made_where_nothing_has_changed_but_that_learning_has_another_module(copy: Path) -> None:
    (copy / "src/crosslog/detection/learning/new.py").write_text('"""New."""\n', encoding="utf-8")
    assert stages(copy) == [(0, 2)] * 3


def test_a_module_that_all_import_makes_all_again(copy: Path) -> None:
    append(copy / "src/crosslog/detection/events.py")
    assert stages(copy)[:2] == [(2, 0)] * 2


def test_a_detector_that_is_added_or_taken_away_leaves_the_others_alone(copy: Path) -> None:
    write_params(detectors=["exact_match"])
    assert stages(copy) == [(0, 1)] * 3
    assert not list((copy / "data").rglob("all_positive.key"))
    write_params(detectors=["exact_match", "all_positive"])
    assert stages(copy) == [(1, 1)] * 3


def test_scores_that_somebody_changed_are_made_anew(copy: Path) -> None:
    path = artifacts.SCORES.at(experiment="e/honest", detector="exact_match")
    path.write_bytes(path.read_bytes()[:-1])
    assert stages(copy) == [(0, 2), (1, 1), (0, 2)]
