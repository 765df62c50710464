"""Prefect's server, the deployments of prefect.yaml and a worker for them in one command, until it is interrupted.

`python -m flows.serve`; PREFECT_SERVER_API_HOST, PREFECT_SERVER_API_PORT and PREFECT_SERVER_DATABASE_CONNECTION_URL
say where. Where PREFECT_API_URL names a server already, only the deployments and the worker are made.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from prefect.settings import get_current_settings

from crosslog.settings import read_yaml

START_SECONDS = 120
STOP_SECONDS = 20
POLL_SECONDS = 0.5


class ServeError(RuntimeError):
    """Prefect did not start; the message says what to look at."""


def serve() -> int:
    """Start what is missing, deploy, and work until somebody interrupts; the worker's exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    with _server() as url:
        environment = {**os.environ, "PREFECT_API_URL": url}
        pool = work_pool()
        if httpx.get(f"{url}/work_pools/{pool}").status_code == httpx.codes.NOT_FOUND:
            _run(["work-pool", "create", pool, "--type", "process"], environment)
        _run(["--no-prompt", "deploy", "--all"], environment)
        print(f"Prefect is ready: {url.removesuffix('/api')} (Ctrl-C ends it)", flush=True)
        with _started(["worker", "start", "--pool", pool], environment) as worker:
            return worker.wait()


def work_pool(path: Path = Path("prefect.yaml")) -> str:
    """The work pool that the deployments of a prefect.yaml name; more than one is an error."""
    pools = sorted({deployment["work_pool"]["name"] for deployment in read_yaml(path)["deployments"]})
    if len(pools) != 1:
        raise ServeError(f"{path}: one worker serves one pool, and the deployments name {', '.join(pools)}")
    return str(pools[0])


def wait_for_health(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server that was just started answers.

    Raises
    ------
    ServeError
        If it ends, or does not answer in START_SECONDS.
    """
    ends = time.monotonic() + START_SECONDS
    while not is_healthy(url):
        if server.poll() is not None:
            raise ServeError(f"`prefect server start` ended with {server.returncode}: what it printed says why")
        if time.monotonic() > ends:
            raise ServeError(f"{url} does not answer after {START_SECONDS} seconds")
        time.sleep(POLL_SECONDS)


def is_healthy(url: str) -> bool:
    """Whether a Prefect server answers at this API address."""
    try:
        return httpx.get(f"{url}/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def _server() -> Iterator[str]:
    settings = get_current_settings()
    url = settings.api.url or f"http://{settings.server.api.host}:{settings.server.api.port}/api"
    if is_healthy(url):
        yield url
        return
    if settings.api.url:
        raise ServeError(f"PREFECT_API_URL is {url}, and nothing answers there: start that server, or unset it")
    with _started(["server", "start"], dict(os.environ)) as server:
        wait_for_health(url, server)
        yield url


@contextmanager
def _started(arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A command of Prefect's that is ended with the block."""
    process = subprocess.Popen(_command(arguments), env=environment)
    try:
        yield process
    finally:
        # The first signal makes a worker wait for its runs, the second ends it; a server ends with the first.
        for end in (process.terminate, process.terminate, process.kill):
            with suppress(subprocess.TimeoutExpired):
                end()
                process.wait(STOP_SECONDS)
                break


def _run(arguments: list[str], environment: dict[str, str]) -> None:
    if subprocess.run(_command(arguments), env=environment, check=False).returncode:
        raise ServeError(f"`prefect {' '.join(arguments)}` failed: what it printed says why")


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "prefect", *arguments]


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(serve())
    except ServeError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(0)
