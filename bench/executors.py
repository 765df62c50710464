"""Our pool of processes beside Dask's LocalCluster, over the same chunks: `python -m bench.executors LOG`.

Each turn is a process of its own, so what a way must import counts. Prints the median seconds of each way and their
ratio: until every worker has answered, from then until all chunks are read, the same with a worker that is killed once,
until all is ended, and the whole but for the kill.
"""

from __future__ import annotations

import argparse
import gzip
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

from crosslog import plugins
from crosslog.artifacts.unfinished import Unfinished
from crosslog.executor import CLUSTER_VARIABLE, WORKERS_VARIABLE, Pool, open_pool
from crosslog.logs.reading import chunks, find, members
from tasks._parsing import Reading, read

CHUNKS = 8
WAIT = 0.3  # seconds: long enough that no worker takes two of the first shards
WAYS = ("processes", "dask")
SHOWN = "{:<10}" + 5 * " {:>9}"


def main() -> None:
    """Measure both ways in turns, or, with `--way`, one way once in this process."""
    options = _options()
    if options.way:
        print(*_seconds(options))
        return
    with tempfile.TemporaryDirectory() as name:
        log = Path(name, "plain.log")
        with gzip.open(options.log) if options.log.suffix == ".gz" else options.log.open("rb") as packed:
            log.write_bytes(packed.read())
        turns = [(way, _turn(way, log, options)) for _ in range(options.repeat) for way in WAYS]
    rows = {way: [median(column) for column in zip(*(t for w, t in turns if w == way), strict=True)] for way in WAYS}
    rows["ratio"] = [dask / ours for ours, dask in zip(rows["processes"], rows["dask"], strict=True)]
    print(SHOWN.format("", "start", "read", "killed", "end", "whole"))
    for way, numbers in rows.items():
        print(SHOWN.format(way, *(f"{number:.2f}" for number in numbers)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("log", type=Path, help="a log, plain or .gz")
    parser.add_argument("--format", default="bgl")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _turn(way: str, log: Path, options: argparse.Namespace) -> list[float]:
    command = [sys.executable, "-m", "bench.executors", str(log), "--way", way, "--format", options.format]
    command += ["--workers", str(options.workers)]
    return [float(word) for word in subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.split()]


def _seconds(options: argparse.Namespace) -> list[float]:
    """Seconds to start, to read, to read with one worker killed, to end; and the whole but for the kill."""
    marks = [time.perf_counter()]
    with _pool(options.way, options.workers) as pool:
        list(pool.ordered(_wait, range(options.workers)))
        marks.append(time.perf_counter())
        for killing in (False, True):
            with tempfile.TemporaryDirectory() as name:
                list(pool.ordered(_read, _shards(Path(name), options, killing)))
            marks.append(time.perf_counter())
    marks.append(time.perf_counter())
    start, done, killed, end = (after - before for before, after in pairwise(marks))
    start -= WAIT
    return [start, done, killed, end, start + done + end]


@contextmanager
def _pool(way: str, workers: int) -> Iterator[Pool]:
    if way == "processes":
        with open_pool({WORKERS_VARIABLE: str(workers)}) as pool:
            yield pool
        return
    from distributed import LocalCluster  # noqa: PLC0415 its import is part of what is measured

    os.environ["POLARS_MAX_THREADS"] = "1"  # as our processes have it
    cluster = LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    )
    with cluster, open_pool({CLUSTER_VARIABLE: cluster.scheduler_address}) as pool:
        yield pool


def _shards(folder: Path, options: argparse.Namespace, killing: bool) -> Iterator[tuple[Reading, Path | None]]:
    made, line_format = Unfinished.resume(folder / "made", ""), plugins.build("logs.formats", options.format, {})
    size = options.log.stat().st_size // CHUNKS + 1
    for number, chunk in enumerate(chunks(members(find(str(options.log))), size)):
        yield Reading(made, line_format, chunk), folder / "died" if killing and number == CHUNKS // 2 else None


def _read(shard: tuple[Reading, Path | None]) -> int:
    reading, trace = shard
    if trace and not trace.exists():
        trace.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return read(reading).events


def _wait(number: int) -> int:
    time.sleep(WAIT)
    return number


if __name__ == "__main__":
    main()
