"""The flow over a small pipeline of its own: real DVC, real Prefect engine, no server to start by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pipelines import STAGES, journal, make_pipeline
from prefect.client.orchestration import get_client

from flows import stages
from flows.dvc_command import DvcCommand
from flows.faults import StageError
from flows.reproduce import reproduce

pytestmark = [pytest.mark.pipeline, pytest.mark.usefixtures("server")]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Items of each DVC process that was started, in order."""
    found: list[tuple[str, ...]] = []
    start = DvcCommand.reproduce
    monkeypatch.setattr(
        DvcCommand, "reproduce", lambda self, items, force: found.append(tuple(items)) or start(self, items, force)
    )
    return found


def outcomes(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["item"]: row["outcome"] for row in rows}


def newest_runs() -> dict[str, Any]:
    """The newest task run of each name."""
    with get_client(sync_client=True) as client:
        runs = sorted(client.read_task_runs(), key=lambda run: run.created)
    return {run.name: run for run in runs}


def test_every_stage_runs_once_and_then_only_what_is_stale(workspace: Path, started: list[tuple[str, ...]]) -> None:
    make_pipeline(workspace)
    assert outcomes(reproduce()) == dict.fromkeys(STAGES, "ran")
    assert (workspace / "third.txt").read_text(encoding="utf-8") == "third"
    assert sorted(started) == [("aside",), ("first", "second", "third")]
    started.clear()
    assert outcomes(reproduce()) == dict.fromkeys(STAGES, "unchanged")
    assert started == []
    (workspace / "second.in").write_text("well, well", encoding="utf-8")
    assert outcomes(reproduce()) == dict.fromkeys(STAGES, "unchanged") | {"second": "ran"}  # its output is as it was
    assert started == [("second", "third")]  # what is stale and what stands behind it, and nothing else
    assert Counter(journal(workspace)) == Counter(
        f"{word} {name}" for name in (*STAGES, "second") for word in ("begin", "end")
    )


def test_a_broken_input_fails_exactly_one_task_and_says_why(workspace: Path) -> None:
    make_pipeline(workspace, {"second": "broken"})
    with pytest.raises(StageError) as failure:
        reproduce()
    assert "ValueError: second.in breaks its schema in 1 places:\n  row 1: 'broken'" in str(failure.value)
    assert "not run, because they wait for it: third" in str(failure.value)
    assert (workspace / "aside.txt").exists()
    assert not (workspace / "third.txt").exists()
    newest = newest_runs()
    assert [name for name, run in newest.items() if run.state_name == "Failed"] == ["second"]
    assert {newest["first"].state_name, newest["aside"].state_name} == {"Completed"}


def test_what_is_in_the_same_process_as_a_failed_stage_runs_all_the_same(
    workspace: Path, started: list[tuple[str, ...]]
) -> None:
    make_pipeline(workspace, {"first": "broken"})
    with pytest.raises(StageError, match="not run, because they wait for it: second, third"):
        reproduce(workers=1)
    assert started == [("first", "second", "third", "aside"), ("aside",)]
    assert (workspace / "aside.txt").exists()
    assert journal(workspace).count("begin first") == 1


def test_a_missing_network_is_tried_again_and_nothing_else_is(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, started: list[tuple[str, ...]]
) -> None:
    monkeypatch.setattr(stages, "RETRY_SECONDS", [0.1])
    make_pipeline(workspace, {"second": "offline", "aside": "broken"})
    with pytest.raises(StageError, match="aside failed"):
        reproduce()
    begun = Counter(line for line in journal(workspace) if line.startswith("begin"))
    assert begun == {"begin first": 1, "begin second": 2, "begin third": 1, "begin aside": 1}
    assert started.count(("second", "third")) == 1
    newest = newest_runs()
    assert (newest["second"].run_count, newest["aside"].run_count) == (2, 1)


def test_a_part_of_the_pipeline_can_be_asked_for_and_forced(workspace: Path) -> None:
    make_pipeline(workspace)
    assert outcomes(reproduce(items=["second"])) == {"first": "ran", "second": "ran"}
    assert outcomes(reproduce(items=["second"], force=True)) == {"first": "unchanged", "second": "ran"}
    assert journal(workspace).count("begin second") == 2


def test_runs_are_tagged_and_the_report_is_an_artifact_that_a_browser_elsewhere_can_read(workspace: Path) -> None:
    make_pipeline(workspace)
    (workspace / "reports" / "small" / "tables").mkdir(parents=True)
    (workspace / "reports" / "small" / "comparison.md").write_text("# Comparison\n", encoding="utf-8")
    (workspace / "reports" / "small" / "tables" / "costs.md").write_text(
        "# Costs\n\n| a |\n|---|\n| 1 |\n", encoding="utf-8"
    )
    reproduce(items=["first"])
    with get_client(sync_client=True) as client:
        newest = max(client.read_flow_runs(), key=lambda run: run.created)
        report = next(artifact for artifact in client.read_artifacts() if artifact.key == "report-small")
    assert "small" in newest.tags
    assert set(newest_runs()["first"].tags) >= {"small", "first"}
    assert (report.type, report.data) == ("markdown", "# Comparison\n\n# Costs\n\n| a |\n|---|\n| 1 |\n")
