"""The flow over a three-stage pipeline of its own: real DVC, real Prefect engine, no server to start by hand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.testing.utilities import prefect_test_harness

from flows import stages
from flows.reproduce import reproduce

pytestmark = pytest.mark.pipeline

DVC_YAML = """\
stages:
  first:
    cmd: python make.py first
    deps: [make.py]
    outs: [first.txt]
  second:
    cmd: python make.py second
    deps: [first.txt, second.in]
    outs: [second.txt]
  third:
    cmd: python make.py third
    deps: [second.txt]
    outs: [third.txt]
  aside:
    cmd: python make.py aside
    outs: [aside.txt]
"""
MAKE = """\
import pathlib, sys
name = sys.argv[1]
if name == "second" and "broken" in pathlib.Path("second.in").read_text():
    raise ValueError("second.in breaks its schema in 1 places:\\n  row 1: 'broken'")
pathlib.Path(name + ".txt").write_text(name)
"""
NETWORK = """\
from crosslog.faults import NetworkError, exit_on_network_error
with exit_on_network_error():
    raise {complaint}
"""


@pytest.fixture(scope="module", autouse=True)
def prefect() -> Iterator[None]:
    """A database and a server that live as long as this file's tests."""
    with prefect_test_harness():
        yield


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small DVC repository that the flow takes for its own."""
    (tmp_path / "dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    (tmp_path / "make.py").write_text(MAKE, encoding="utf-8")
    (tmp_path / "second.in").write_text("good", encoding="utf-8")
    command = [sys.executable, "-m", "dvc", "init", "--no-scm", "--quiet"]
    subprocess.run(command, cwd=tmp_path, env=stages.environment(), check=True)
    monkeypatch.setattr(stages, "REPOSITORY", tmp_path)
    return tmp_path


def outcomes(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["item"]: row["outcome"] for row in rows}


def states() -> dict[str, str]:
    """State of each task run there is, by name; the newest run of a name counts."""
    with get_client(sync_client=True) as client:
        runs = sorted(client.read_task_runs(), key=lambda run: run.created)
    return {run.name: run.state_name for run in runs}


def test_every_stage_runs_once_and_then_is_unchanged(pipeline: Path) -> None:
    assert outcomes(reproduce()) == dict.fromkeys(("first", "second", "third", "aside"), "ran")
    assert (pipeline / "third.txt").read_text(encoding="utf-8") == "third"
    assert outcomes(reproduce()) == dict.fromkeys(("first", "second", "third", "aside"), "unchanged")
    assert set(states().values()) == {"Completed"}


def test_a_broken_input_fails_exactly_one_task_and_says_why(pipeline: Path) -> None:
    (pipeline / "second.in").write_text("broken", encoding="utf-8")
    with pytest.raises(stages.StageError) as failure:
        reproduce()
    assert "ValueError: second.in breaks its schema in 1 places:\n  row 1: 'broken'" in str(failure.value)
    assert "not run, because they wait for it: third" in str(failure.value)
    assert (pipeline / "aside.txt").exists()
    assert not (pipeline / "third.txt").exists()
    newest = states()
    assert [name for name, state in newest.items() if state == "Failed"] == ["second"]
    assert {newest["first"], newest["aside"]} == {"Completed"}


def test_a_part_of_the_pipeline_can_be_asked_for(pipeline: Path) -> None:
    assert outcomes(reproduce(["second"])) == {"first": "ran", "second": "ran"}


@pytest.mark.parametrize(
    ("complaint", "fault"),
    [
        ("NetworkError('the server is busy')", stages.NetworkStageError),
        ('ValueError("bgl.csv, line 429: timed out is none of pending, approved")', stages.StageError),
    ],
)
def test_only_a_stage_that_ends_for_the_networks_sake_is_worth_another_try(
    pipeline: Path, complaint: str, fault: type[stages.StageError]
) -> None:
    (pipeline / "make.py").write_text(NETWORK.format(complaint=complaint), encoding="utf-8")
    with pytest.raises(stages.StageError) as failure:
        stages.run_item("aside", print)
    assert type(failure.value) is fault
    assert complaint.partition("(")[0] in str(failure.value)
