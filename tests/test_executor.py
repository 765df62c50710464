"""Where shards run must not show in what comes back, and a worker that dies must cost nothing but time."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import shards
from distributed import LocalCluster

from crosslog.executor import ExecutorError, Here, open_pool

NUMBERS = list(range(9))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask cluster of two worker processes on this machine."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(params=["here", "processes", "dask"])
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment that names each kind of place in turn."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    if request.param == "dask":
        return {"CROSSLOG_DASK": request.getfixturevalue("scheduler")}
    return {"CROSSLOG_WORKERS": "2" if request.param == "processes" else "1"}


def test_results_come_in_the_order_of_the_items(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(shards.__file__).parent)
    with open_pool(environment) as pool:
        assert list(pool.ordered(shards.squared, NUMBERS)) == [number * number for number in NUMBERS]
        assert list(pool.ordered(shards.slow_first, NUMBERS)) == NUMBERS


def test_an_error_of_the_function_reaches_the_caller(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(shards.__file__).parent)
    with open_pool(environment) as pool, pytest.raises(ValueError, match="three is refused"):
        list(pool.ordered(shards.refused, NUMBERS))


@pytest.mark.parametrize("environment", ["processes", "dask"], indirect=True)
def test_a_worker_killed_in_the_middle_loses_nothing(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(shards.__file__).parent)
    trace = tmp_path / "died"
    with open_pool(environment) as pool:
        assert list(pool.ordered(shards.killed_once, [(number, str(trace)) for number in NUMBERS])) == NUMBERS
    assert trace.exists()


def test_workers_of_a_cluster_work_in_the_folder_of_the_caller(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(shards.__file__).parent)
    with open_pool({"CROSSLOG_DASK": scheduler}) as pool:
        assert list(pool.ordered(shards.where, [0])) == [str(Path(shards.__file__).parent)]


def test_a_shard_that_kills_every_worker_is_an_error_that_says_what_to_do() -> None:
    with (
        pytest.raises(ExecutorError, match=r"killed 3 times over the same shard.*CROSSLOG_WORKERS=1"),
        open_pool({"CROSSLOG_WORKERS": "2"}) as pool,
    ):
        list(pool.ordered(shards.always_killed, [1]))


def test_items_are_taken_as_workers_need_them() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    with open_pool({"CROSSLOG_WORKERS": "2"}) as pool:
        results = pool.ordered(shards.squared, items())
        assert next(results) == 0
        assert len(taken) <= 6
        results.close()


def test_little_work_is_done_here_without_a_process_or_a_cluster() -> None:
    with open_pool({"CROSSLOG_WORKERS": "8", "CROSSLOG_DASK": "tcp://nowhere:1"}, most=1) as pool:
        assert isinstance(pool, Here)


@pytest.mark.parametrize("asked", ["none", "0", "-2", "1.5"])
def test_a_number_of_workers_that_is_none_is_refused(asked: str) -> None:
    with (
        pytest.raises(ExecutorError, match=r"CROSSLOG_WORKERS=.* must be a number of processes"),
        open_pool({"CROSSLOG_WORKERS": asked}),
    ):
        pass


def test_a_cluster_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosslog.executor.cluster.TIMEOUT", "1s")
    with (
        pytest.raises(ExecutorError, match=r"CROSSLOG_DASK=tcp://127\.0\.0\.1:9"),
        open_pool({"CROSSLOG_DASK": "tcp://127.0.0.1:9"}),
    ):
        pass


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    with open_pool({"CROSSLOG_WORKERS": "2"}):
        assert os.environ["POLARS_MAX_THREADS"] == "1"
    assert "POLARS_MAX_THREADS" not in os.environ
