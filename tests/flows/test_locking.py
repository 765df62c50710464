"""The repository's lock by itself: who holds it, who waits, and for how long."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.dvc_command import DvcCommand
from flows.faults import StageError
from flows.locking import hold_repository

HOLD = "import sys; sys.stdin.read()"


@contextmanager
def never(reason: str) -> Iterator[None]:
    raise AssertionError(f"waited: {reason}")
    yield


def test_one_after_the_other_nobody_waits(workspace: Path) -> None:
    for name in ("reproduce/one", "reproduce/two"):
        with hold_repository(workspace, name, never):
            assert name in (workspace / ".dvc" / "tmp" / "crosslog-flow.lock").read_text(encoding="utf-8")


def test_two_repositories_do_not_meet(workspace: Path) -> None:
    with hold_repository(workspace / "a", "reproduce/one", never), hold_repository(workspace / "b", "two", never):
        pass


def test_a_process_that_outlives_its_flow_keeps_the_others_out(workspace: Path) -> None:
    with hold_repository(workspace, "reproduce/one", never) as lock:
        left = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, pass_fds=[lock])
    reasons: list[str] = []

    @contextmanager
    def until_it_ends(reason: str) -> Iterator[None]:
        reasons.append(reason)
        left.communicate()
        yield

    with hold_repository(workspace, "reproduce/two", until_it_ends):
        pass
    assert len(reasons) == 1
    assert reasons[0].startswith("reproduce/one (process ")


def test_what_was_stopped_starts_nothing_more(workspace: Path) -> None:
    with hold_repository(workspace, "reproduce/one", never) as lock:
        dvc = DvcCommand(workspace, lock)
        left = dvc.reproduce(["nothing"], force=False)
        dvc.stop()
        assert left.poll() is not None
        with pytest.raises(StageError, match="the flow was stopped"):
            dvc.reproduce(["nothing"], force=False)
