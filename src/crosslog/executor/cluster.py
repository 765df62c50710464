"""A Dask cluster, named by the address of its scheduler."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Client, WorkerPlugin
from distributed.scheduler import KilledWorker

from crosslog.executor.pool import AHEAD, CLUSTER_VARIABLE, ExecutorError, Item, Result

TIMEOUT = "30s"


class Cluster:
    """A Dask cluster whose workers share this machine's files and have crosslog installed."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def workers(self) -> int:
        """Threads of the workers that are there now; at least two, for more may come."""
        return max(2, int(sum(self._client.nthreads().values())))

    def ordered(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """See Pool."""
        waiting: deque[Any] = deque()
        for item in items:
            waiting.append(self._client.submit(function, item, pure=False, retries=0))
            while len(waiting) > self.workers * AHEAD:
                yield self._first(waiting)
        while waiting:
            yield self._first(waiting)

    def _first(self, waiting: deque[Any]) -> Any:
        try:
            return waiting.popleft().result()
        except KilledWorker as error:
            raise ExecutorError(
                f"workers of the cluster were killed over the same shard ({error}): give them more memory, or make "
                "parse.chunk_bytes smaller"
            ) from None


@contextmanager
def connect_cluster(address: str) -> Iterator[Cluster]:
    """The cluster at an address, until the block is left.

    Raises
    ------
    ExecutorError
        If no scheduler answers there.
    """

    class AtHome(WorkerPlugin):
        """Takes each worker, those that join later too, to this folder: paths of artifacts are relative."""

        def __init__(self, folder: str) -> None:
            self.folder = folder

        def setup(self, worker: object) -> None:  # noqa: ARG002
            os.chdir(self.folder)
            if self.folder not in sys.path:
                sys.path.insert(0, self.folder)

    try:
        client: Any = Client(address, timeout=TIMEOUT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ExecutorError(
            f"{CLUSTER_VARIABLE}={address}: no Dask scheduler answers ({error}): start `dask scheduler`, or unset "
            f"{CLUSTER_VARIABLE}"
        ) from None
    with client:
        client.register_plugin(AtHome(os.getcwd()), name="crosslog-at-home")  # noqa: PTH109
        yield Cluster(client)
