"""Stage parse gives the same bytes wherever it runs, whoever dies on the way, and however often it is begun again."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster
from projects import write_params

from crosslog import artifacts
from crosslog.logs.simulate import simulate_lines
from tasks import _inputs, _parsing, parse

TOP = Path(__file__).parents[2]
LINES = 30_000
UNFINISHED = Path("data/unfinished/events/mine")
ENTRY = {
    "description": "mine", "kind": "mine", "format": "bgl", "path": "logs/*", "labels": "tag",
    "expected": {"lines": LINES},
}  # fmt: skip


@pytest.fixture(scope="module")
def simulated() -> bytes:
    return b"".join(simulate_lines("bgl", LINES, 3))


@pytest.fixture
def log(workspace: Path, simulated: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a log of many chunks, two files of it, one of them compressed."""
    write_log(simulated)
    monkeypatch.setattr(_inputs, "WORTH_A_PROCESS", 0)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TOP), str(TOP / "src")]))
    return workspace


def write_log(whole: bytes) -> None:
    """The log and its settings in the current folder."""
    use()
    Path("logs").mkdir()
    cut = whole.index(b"\n", len(whole) // 2) + 1
    Path("logs/a.log").write_bytes(whole[:cut])
    Path("logs/b.log.gz").write_bytes(gzip.compress(whole[cut:], mtime=0))


def use(**part: Any) -> None:
    """Let `mine`, or a part of it, be read in small chunks."""
    write_params(Path(), {"parse.chunk_bytes": 200_000})
    Path("systems.yaml").write_text(json.dumps({"mine": {**ENTRY, **part}}), encoding="utf-8")


def digests() -> dict[str, str]:
    """SHA-256 of every artifact of the stage."""
    files = sorted(path for path in Path("data").rglob("*") if path.is_file())
    return {path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def made_alone(simulated: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the stage makes in one process, in a workspace of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("alone"))
        patch.setenv("CROSSLOG_WORKERS", "1")
        write_log(simulated)
        parse.main("mine")
        made = digests()
        counted = artifacts.STATISTICS.read(system="mine").rows(named=True)
    assert "data/statistics/mine.parquet" in made
    assert [(row["lines"], row["labels"] > 1, row["first_time"] < row["last_time"]) for row in counted] == [
        (LINES, True, True)
    ]
    assert len([name for name in made if name.startswith("data/events/mine/part-")]) > 10
    assert len(made) == len([name for name in made if "unfinished" not in name])
    return made


@pytest.fixture
def alone(log: Path, made_alone: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, beside the workspace in which it is yet to be made; in one process, if a test says no more."""
    monkeypatch.setenv("CROSSLOG_WORKERS", "1")
    return made_alone


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    """A Dask cluster of two worker processes on this machine."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as started:
        yield started


def killing(pids: Callable[[], list[int]]) -> threading.Thread:
    """Kills one of the processes as soon as some chunks have been read."""

    def kill() -> None:
        while len(list(UNFINISHED.glob("facts-*.json"))) < 3:
            time.sleep(0.01)
        os.kill(pids()[0], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_two_processes_make_the_same_artifacts_and_a_killed_one_loses_nothing(
    alone: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CROSSLOG_WORKERS", "2")
    thread = killing(lambda: [child.pid for child in multiprocessing.active_children() if child.pid])
    parse.main("mine")
    thread.join()
    assert "a worker process died" in capfd.readouterr().err
    assert digests() == alone


def test_a_dask_cluster_makes_the_same_artifacts(
    alone: dict[str, str], cluster: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSLOG_DASK", cluster.scheduler_address)
    parse.main("mine")
    assert digests() == alone


def test_a_killed_worker_of_a_cluster_loses_nothing(
    alone: dict[str, str], cluster: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSLOG_DASK", cluster.scheduler_address)
    victims = [worker.pid for worker in cluster.workers.values()]
    thread = killing(lambda: victims)
    parse.main("mine")
    thread.join()
    assert digests() == alone


def test_an_interrupted_run_goes_on_from_the_last_whole_part(
    alone: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, count = _parsing.passes.read_chunk, []

    def dying(chunk: object, line_format: object) -> object:
        if chunk.number == 7:
            raise KeyboardInterrupt
        return read(chunk, line_format)

    def counting(chunk: object, line_format: object) -> object:
        count.append(chunk.number)
        return read(chunk, line_format)

    monkeypatch.setattr(_parsing.passes, "read_chunk", dying)
    with pytest.raises(KeyboardInterrupt):
        parse.main("mine")
    assert not Path("data/events/mine").exists()
    monkeypatch.setattr(_parsing.passes, "read_chunk", counting)
    parse.main("mine")
    assert min(count) == 7
    assert digests() == alone


def test_a_run_interrupted_while_it_writes_goes_on_there(
    alone: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = _parsing.passes.finish_chunk

    def dying(frame: object, *rest: object) -> object:
        if frame["line"][0] > LINES // 2:
            raise KeyboardInterrupt
        return finished(frame, *rest)

    monkeypatch.setattr(_parsing.passes, "finish_chunk", dying)
    with pytest.raises(KeyboardInterrupt):
        parse.main("mine")
    monkeypatch.setattr(_parsing.passes, "finish_chunk", finished)
    monkeypatch.setattr(_parsing.passes, "read_chunk", None)  # nothing is read again
    parse.main("mine")
    assert digests() == alone


def test_other_input_is_not_taken_for_what_was_read_before(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSLOG_WORKERS", "1")

    def interrupted(finishing: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_parsing, "finish_once", interrupted)
    with pytest.raises(KeyboardInterrupt):
        parse.main("mine")
    before = len(list(UNFINISHED.glob("facts-*.json")))
    (log / "logs/b.log.gz").unlink()
    with pytest.raises(KeyboardInterrupt):
        parse.main("mine")
    assert 0 < len(list(UNFINISHED.glob("facts-*.json"))) < before


def test_ranges_of_lines_are_exact(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSLOG_WORKERS", "1")
    use(lines=[14_000, 16_500])
    parse.main("mine")
    assert artifacts.EVENTS.read(["line"], system="mine")["line"].to_list() == list(range(14_000, 16_501))
    use(max_lines=1234)
    parse.main("mine")
    assert artifacts.EVENTS.read(["line"], system="mine").height == 1234
