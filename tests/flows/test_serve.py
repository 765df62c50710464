"""Server, pool, deployments and worker as `make serve` starts them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from imports import REPOSITORY
from pipelines import STAGES, journal, make_pipeline, wait_until
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.dvc_command import stage_environment
from flows.run_pages import WAITING
from flows.serve import ServeError, is_healthy, wait_for_health, work_pool
from flows.suites import AS_CHOSEN, suite_names

DATABASES = ("sqlite", "postgresql")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def postgres_folder() -> Path:
    """The folder of initdb and pg_ctl, or a skip with the reason."""
    places = [Path(shutil.which("initdb") or "/nowhere/initdb"), *Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = [place.parent for place in places if place.exists() and (place.parent / "pg_ctl").exists()]
    if not found:
        pytest.skip("initdb and pg_ctl are not installed: no PostgreSQL to run on")
    if os.getuid() == 0 and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root, and there is no runuser to run it as somebody else")
    return found[-1]


@contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    """A server of its own, and the setting that Prefect needs to use it."""
    binaries = postgres_folder()
    folder = Path(
        subprocess.run(as_postgres(["mktemp", "-d"]), check=True, capture_output=True, text=True).stdout.strip()
    )
    port, data = free_port(), str(folder / "data")
    control = [str(binaries / "pg_ctl"), "--pgdata", data, "--log", str(folder / "log"), "--wait"]
    subprocess.run(
        as_postgres([str(binaries / "initdb"), "--pgdata", data, "--auth", "trust", "--username", "prefect"]),
        check=True,
        capture_output=True,
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    subprocess.run(as_postgres([*control, "--options", options, "start"]), check=True, stdout=subprocess.DEVNULL)
    try:
        url = f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
        yield {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url}
    finally:
        subprocess.run(as_postgres([*control, "--mode", "immediate", "stop"]), check=True, stdout=subprocess.DEVNULL)
        subprocess.run(as_postgres(["rm", "-r", str(folder)]), check=True)


def as_postgres(command: list[str]) -> list[str]:
    """A command as somebody who may run PostgreSQL: root may not."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    """Prefect's default: a file in PREFECT_HOME."""
    yield {}


@pytest.fixture(params=DATABASES)
def client(request: pytest.FixtureRequest, workspace: Path) -> Iterator[SyncPrefectClient]:
    """A client of a server that serves the deployments of prefect.yaml over a small pipeline in the current folder."""
    with globals()[request.param]() as settings:
        make_pipeline(workspace, {"first": "wait"})
        shutil.copytree(REPOSITORY / "flows", workspace / "flows", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(REPOSITORY / "prefect.yaml", workspace)
        subprocess.run(["git", "init", "--quiet"], check=True)
        port = free_port()
        environment = {
            **stage_environment(),
            **settings,
            "PYTHONPATH": str(REPOSITORY / "src"),
            "PREFECT_HOME": str(workspace / ".prefect"),
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }
        environment.pop("PREFECT_API_URL", None)
        with (workspace / "serve.log").open("w") as log:
            served = subprocess.Popen(
                [sys.executable, "-m", "flows.serve"], env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            wait_until(told(workspace, served, "Worker 'ProcessWorker"), "the worker has started", 180)
            server = temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"})
            with server, get_client(sync_client=True) as found:
                yield found
        finally:
            served.send_signal(signal.SIGTERM)
            served.wait(90)
        assert not is_healthy(f"http://127.0.0.1:{port}/api")


def told(folder: Path, served: subprocess.Popen[bytes], text: str) -> Callable[[], bool]:
    def found() -> bool:
        log = (folder / "serve.log").read_text(encoding="utf-8")
        assert served.poll() is None, log
        return text in log

    return found


@pytest.mark.server
def test_deployments_run_on_a_worker_meet_and_follow_a_schedule_that_can_be_paused(
    client: SyncPrefectClient, workspace: Path
) -> None:
    weekly, reviewed = (client.read_deployment_by_name(name) for name in ("reproduce/weekly", "review/reviewed"))
    assert weekly.parameter_openapi_schema["properties"]["suite"]["enum"] == [AS_CHOSEN, *suite_names(workspace)]
    assert [(schedule.schedule.cron, schedule.active) for schedule in weekly.schedules] == [("0 3 * * 1", True)]

    first = client.create_flow_run_from_deployment(weekly.id, parameters={"suite": "small"})
    wait_until(lambda: "begin first" in journal(workspace), "the first run has begun", 180)
    second = client.create_flow_run_from_deployment(reviewed.id, parameters={"items": ["aside"]})
    wait_until(lambda: state(client, second.id).name == WAITING, "the second run waits", 180)
    assert f"reproduce/{first.name}" in str(state(client, second.id).message)
    (workspace / "go.txt").touch()
    wait_until(lambda: state(client, first.id).is_final(), "the first run is over", 180)
    wait_until(lambda: state(client, second.id).is_final(), "the second run is over", 180)
    assert state(client, first.id).name == "Completed"
    assert "no stage ['interpret']" in str(state(client, second.id).message)  # this small pipeline has none
    assert set(client.read_flow_run(first.id).tags) >= {"crosslog", "small"}
    assert sorted(journal(workspace)) == sorted(f"{word} {name}" for name in STAGES for word in ("begin", "end"))

    client.create_deployment_schedules(weekly.id, [(IntervalSchedule(interval=timedelta(seconds=5)), True)])
    wait_until(lambda: "COMPLETED" in planned(client, weekly.id), "a planned run is over", 180)
    pause = ["prefect", "--no-prompt", "deployment", "schedule", "pause", "--all"]
    environment = {**stage_environment(), "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    subprocess.run([sys.executable, "-m", *pause], env=environment, check=True, stdout=subprocess.DEVNULL)
    wait_until(lambda: "SCHEDULED" not in planned(client, weekly.id), "nothing is planned any more", 60)
    assert not any(schedule.active for schedule in client.read_deployment(weekly.id).schedules)


def state(client: SyncPrefectClient, run: UUID) -> Any:
    return client.read_flow_run(run).state


def planned(client: SyncPrefectClient, deployment: UUID) -> set[str]:
    """Types of the states of the runs that a schedule has made."""
    of_deployment = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment]))
    runs = client.read_flow_runs(flow_run_filter=of_deployment)
    return {run.state.type.value for run in runs if run.auto_scheduled and run.state is not None}


def test_a_server_that_ends_at_once_is_an_error_and_not_a_long_wait() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    started = time.monotonic()
    with pytest.raises(ServeError, match="`prefect server start` ended with 3"):
        wait_for_health(f"http://127.0.0.1:{free_port()}/api", ended)
    assert time.monotonic() - started < 30


def test_deployments_name_one_pool(workspace: Path) -> None:
    assert work_pool(REPOSITORY / "prefect.yaml") == "crosslog"
    both = workspace / "prefect.yaml"
    both.write_text("deployments: [{work_pool: {name: a}}, {work_pool: {name: b}}]", encoding="utf-8")
    with pytest.raises(ServeError, match="the deployments name a, b"):
        work_pool(both)
