"""`crosslog use`: what DVC is told to work on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from projects import write_params

from crosslog.settings import read_yaml


@pytest.fixture
def project(workspace: Path) -> Path:
    """The small settings, with systems, and nothing chosen."""
    write_params(workspace)
    entry = {"description": "d", "kind": "k", "format": "plain", "path": "x.log", "labels": "tag"}
    systems = dict.fromkeys(("gears", "belts", "pumps", "mine"), entry)
    (workspace / "systems.yaml").write_text(json.dumps(systems), encoding="utf-8")
    (workspace / "suite.yaml").unlink()
    return workspace


def test_the_lists_of_a_suite_are_written_and_it_says_so(project: Path, crosslog) -> None:
    code, said = crosslog("use", "small")
    assert code == 0
    assert said.startswith("suite.yaml: suite small, 3 systems, 2 experiments (2 arms), 4 detector runs;")
    run = read_yaml(project / "suite.yaml")["run"]
    assert run["systems"] == ["gears", "belts", "pumps"]
    assert run["logs"]["belts"] == {"system": "belts", "format": "plain", "miner": "drain"}
    assert run["encoders"]["words"]["encoder"] == "hashing"
    assert run["reports"] == ["small"]
    assert run["experiments"] == {
        "e1": {"base": "experiments/e1.yaml", "tuned_on": "data/episodes/e1/honest/sources"},
        "e2": {"base": "experiments/e2.yaml", "tuned_on": "data/episodes/e2/honest/sources"},
    }


def test_a_suite_of_systems_alone_has_no_experiment(project: Path, crosslog) -> None:
    write_params(project, {"suites.own": {"systems": ["mine"]}})
    code, said = crosslog("use", "own")
    assert (code, "suite own, 1 systems, 0 experiments" in said) == (0, True)
    run = read_yaml(project / "suite.yaml")["run"]
    assert (run["systems"], list(run["logs"])) == (["mine"], ["mine"])
    assert (run["experiments"], run["encoders"], run["reports"]) == ({}, {}, [])


def test_a_system_is_read_once_for_each_miner_that_is_asked_for(project: Path, crosslog) -> None:
    write_params(project, {"experiments.e2.miner": "ft_tree"})
    assert crosslog("use", "small")[0] == 0
    logs = read_yaml(project / "suite.yaml")["run"]["logs"]
    assert {log: about["miner"] for log, about in logs.items()} == {
        "gears": "drain", "gears-ft_tree": "ft_tree", "belts": "drain", "belts-ft_tree": "ft_tree", "pumps": "drain"
    }  # fmt: skip
    assert logs["gears-ft_tree"]["system"] == "gears"


def test_choosing_again_leaves_the_file_alone(project: Path, crosslog) -> None:
    crosslog("use", "small")
    before = (project / "suite.yaml").stat().st_mtime_ns
    crosslog("use", "small")
    assert (project / "suite.yaml").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("changes", "suite", "complaint"),
    [
        ({}, "big", "suites has no 'big'; there are: small, other"),
        ({"suites.own": {}}, "own", "suite own is empty"),
        ({"suites.own": {"systems": ["yours"]}}, "own", "systems.yaml: no entry for yours; known: gears"),
        ({"suites.own": {"experiments": ["e9"]}}, "own", "e9.yaml not found; there are: e1, e2"),
    ],
)
def test_a_suite_that_cannot_run_is_refused_and_the_last_choice_stays(
    project: Path, crosslog, changes: dict[str, object], suite: str, complaint: str
) -> None:
    crosslog("use", "small")
    before = (project / "suite.yaml").read_text(encoding="utf-8")
    write_params(project, changes)
    (project / "suite.yaml").write_text(before, encoding="utf-8")
    code, said = crosslog("use", suite)
    assert (code, complaint in said) == (1, True), said
    assert (project / "suite.yaml").read_text(encoding="utf-8") == before
