"""What a pool is: a place where shards are computed, and what it promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from crosslog.faults import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 2  # shards a worker that wait or run: enough to keep it busy, few enough to bound memory
WORKERS_VARIABLE, CLUSTER_VARIABLE = "CROSSLOG_WORKERS", "CROSSLOG_DASK"


class ExecutorError(UserError, RuntimeError):
    """The settings name no place to work, or workers die over and over; the message says what to do."""


class Pool(Protocol):
    """A place where shards are computed."""

    @property
    def workers(self) -> int:
        """How many shards are computed at once; 1 means here, in this process."""
        ...

    def ordered(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The function's result for each item, in order; items are taken as workers need them.

        Raises
        ------
        ExecutorError
            If workers die over the same shard again and again; else, whatever the function raises.
        """
        ...


class Here:
    """The process that asks: shards are computed one after another."""

    workers = 1

    def ordered(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """See Pool."""
        return map(function, items)
