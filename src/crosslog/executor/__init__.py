"""Where work in many shards runs: in this process, in processes of this machine, or on a Dask cluster.

One promise holds for all three: `ordered` gives results in the order of the items, so what is made of them does not
depend on where they were computed; and a worker that dies costs the time of its shards, nothing else. For that a
function handed in here must be importable by name and safe to run twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from crosslog.executor.pool import CLUSTER_VARIABLE, WORKERS_VARIABLE, ExecutorError, Here, Pool
from crosslog.executor.processes import start_processes


@contextmanager
def open_pool(environment: Mapping[str, str], most: int | None = None, threads: int = 1) -> Iterator[Pool]:
    """The pool that the environment names.

    Parameters
    ----------
    environment : CROSSLOG_DASK is the address of a Dask scheduler; or else CROSSLOG_WORKERS is a number of processes on
        this machine (one a core where it is not set)
    most : no more workers than this are of use; at most one means that the work is done here
    threads : how many cores a worker of this machine keeps busy

    Raises
    ------
    ExecutorError
        If CROSSLOG_WORKERS is no positive number or the cluster cannot be reached.
    """
    if most is not None and most <= 1:
        yield Here()
    elif environment.get(CLUSTER_VARIABLE):
        from crosslog.executor.cluster import connect_cluster  # noqa: PLC0415 - Dask takes a second to import

        with connect_cluster(environment[CLUSTER_VARIABLE]) as cluster:
            yield cluster
    else:
        asked = _workers(environment, threads)
        workers = asked if most is None else min(asked, most)
        if workers == 1:
            yield Here()
        else:
            with start_processes(workers) as processes:
                yield processes


def _workers(environment: Mapping[str, str], threads: int) -> int:
    asked = environment.get(WORKERS_VARIABLE, "")
    if not asked:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, cores // threads)
    if not asked.isdigit() or int(asked) < 1:
        raise ExecutorError(f"{WORKERS_VARIABLE}={asked!r} must be a number of processes, 1 or more")
    return int(asked)


__all__ = ["CLUSTER_VARIABLE", "WORKERS_VARIABLE", "ExecutorError", "Here", "Pool", "open_pool"]
