"""Two that want the same repository: flows, a flow and what a killed one left behind, a flow and a person with DVC."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imports import REPOSITORY
from pipelines import STAGES, journal, make_pipeline, wait_until
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from flows import reproduce as module
from flows.dvc_command import stage_environment
from flows.locking import LOCK
from flows.reproduce import reproduce
from flows.run_pages import WAITING

pytestmark = [pytest.mark.pipeline, pytest.mark.usefixtures("server")]

ONCE = sorted(f"{word} {name}" for name in STAGES for word in ("begin", "end"))


class Run(threading.Thread):
    """A flow in a thread of its own."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.rows: list[dict[str, Any]] = []
        self.start()

    def run(self) -> None:
        self.rows = reproduce()

    def outcomes(self) -> list[str]:
        """What became of the stages, in their order."""
        self.join(120)
        found = {row["item"]: row["outcome"] for row in self.rows}
        return [found.get(name, "missing") for name in STAGES]


def states() -> list[str]:
    """Name and message of the state of every flow run that is not over, such as `Running`."""
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
    now = [run.state for run in runs if run.state is not None and not run.state.is_final()]
    return [f"{state.name} {state.message or ''}".strip() for state in now]


def waits_for(who: str) -> Callable[[], bool]:
    return lambda: any(state.startswith(WAITING) and who in state for state in states())


def begun(folder: Path) -> Callable[[], bool]:
    return lambda: "begin first" in journal(folder)


def started(*command: str) -> subprocess.Popen[bytes]:
    """A command of a process of its own, on the same server."""
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "src")])
    environment = {**stage_environment(), "PYTHONPATH": paths, "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    return subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=subprocess.DEVNULL)


def test_the_second_flow_waits_for_the_first_says_so_and_runs_nothing_again(workspace: Path) -> None:
    make_pipeline(workspace, {"first": "wait"})
    first = Run()
    wait_until(begun(workspace), "the first flow has begun")
    holder = (workspace / LOCK).read_text(encoding="utf-8").partition(" (")[0]
    second = Run()
    wait_until(waits_for(holder), "the second flow waits for the first")
    assert holder.startswith("reproduce/")
    (workspace / "go.txt").touch()
    assert [*first.outcomes(), *second.outcomes()] == ["ran"] * 4 + ["unchanged"] * 4
    assert sorted(journal(workspace)) == ONCE


@pytest.mark.server
def test_what_a_killed_flow_left_behind_is_waited_for(workspace: Path) -> None:
    make_pipeline(workspace, {"first": "wait"})
    killed = started("flows.reproduce")
    wait_until(begun(workspace), "the flow has begun")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    again = Run()
    wait_until(waits_for(f"process {killed.pid}"), "the flow waits for the stage that still runs")
    (workspace / "go.txt").touch()
    assert "missing" not in again.outcomes()
    lines = [line for line in journal(workspace) if line.endswith("first")]
    assert lines in (["begin first", "end first"], ["begin first", "end first"] * 2)  # and never two at once


@pytest.mark.server
def test_a_flow_that_is_cancelled_stops_its_stages_and_the_next_one_begins_at_them(workspace: Path) -> None:
    make_pipeline(workspace, {"first": "wait"})
    cancelled = started("flows.reproduce")
    wait_until(begun(workspace), "the flow has begun")
    cancelled.send_signal(signal.SIGTERM)
    cancelled.wait(30)
    (workspace / "first.in").write_text("well", encoding="utf-8")
    assert Run().outcomes()[:3] == ["ran"] * 3
    assert [line for line in journal(workspace) if line.endswith("first")] == [
        "begin first",
        "begin first",
        "end first",
    ]


@pytest.mark.server
def test_a_person_at_work_with_dvc_is_waited_for(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.5)
    make_pipeline(workspace, {"first": "wait"})
    person = started("dvc", "repro", "--quiet")
    wait_until(begun(workspace), "DVC has begun")
    flow = Run()
    wait_until(waits_for(f"(PID {person.pid})"), "the flow waits for the person's DVC")
    (workspace / "go.txt").touch()
    person.wait(60)
    assert flow.outcomes() == ["unchanged"] * 4
    assert sorted(journal(workspace)) == ONCE


def test_a_stage_that_ends_while_dvcs_lock_is_taken_is_not_run_again(workspace: Path) -> None:
    make_pipeline(workspace, {"first": "wait", "aside": "wait"})
    flow = Run()
    wait_until(begun(workspace), "the flow has begun")
    with (workspace / ".dvc" / "tmp" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (workspace / "go.txt").touch()
        wait_until(lambda: "end first" in journal(workspace), "the stage has ended")
        time.sleep(4.5)  # DVC by itself gives up after three
    assert flow.outcomes() == ["ran"] * 4
    assert sorted(journal(workspace)) == ONCE
