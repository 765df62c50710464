"""Processes of this machine, without Dask: two of them start twice as fast as its LocalCluster and end sooner.

LocalCluster took 1.9 times as long over 112 MB of BGL in eight chunks and 1.6 times over 337 MB, start and end
included; where a worker is killed, both compute its shards again, and LocalCluster needs .7 to 1.0 of our time for it.
Measured with two workers on two cores by `python -m bench.executors`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from crosslog.executor.pool import AHEAD, WORKERS_VARIABLE, ExecutorError, Item, Result

DEATHS = 3  # times in a row that a worker may die over the same shard before the shard is to blame


class Processes:
    """Processes of this machine; each computes on one thread, for shards already fill the cores."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        # Not forked: polars and torch hold threads, and a forked child would wait for them for ever.
        return ProcessPoolExecutor(self.workers, mp_context=multiprocessing.get_context("spawn"))

    def ordered(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """See Pool."""
        waiting: deque[tuple[Item, Future[Result]]] = deque()
        for item in items:
            waiting.append((item, self._submitted(function, item)))
            while len(waiting) > self.workers * AHEAD:
                yield self._first(function, waiting)
        while waiting:
            yield self._first(function, waiting)

    def _submitted(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        try:
            return self._pool.submit(function, item)
        except BrokenProcessPool as error:  # found out when the result is asked for, in order
            broken: Future[Result] = Future()
            broken.set_exception(error)
            return broken

    def _first(self, function: Callable[[Item], Result], waiting: deque[tuple[Item, Future[Result]]]) -> Result:
        for _ in range(DEATHS):
            try:
                result = waiting[0][1].result()
            except BrokenProcessPool:
                self._restart(function, waiting)
            else:
                waiting.popleft()
                return result
        raise ExecutorError(
            f"a worker process was killed {DEATHS} times over the same shard: most often memory ran out; set "
            f"{WORKERS_VARIABLE}=1, or make parse.chunk_bytes smaller"
        )

    def _restart(self, function: Callable[[Item], Result], waiting: deque[tuple[Item, Future[Result]]]) -> None:
        sys.stderr.write("a worker process died: its shards are computed again\n")
        self.close()
        self._pool = self._fresh()
        for place, (item, future) in enumerate(waiting):
            if not future.done() or future.exception() is not None:
                waiting[place] = (item, self._submitted(function, item))

    def close(self) -> None:
        """End the processes; shards that have not begun are dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def start_processes(workers: int) -> Iterator[Processes]:
    """Processes, ended when the block is left."""
    # A spawned process imports polars before any function of ours runs in it: the environment is the one way to tell.
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    processes = Processes(workers)
    try:
        yield processes
    finally:
        processes.close()
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before
