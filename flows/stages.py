"""One item of the pipeline as one Prefect task, and all of them side by side where they do not wait for one another."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from math import ceil
from queue import SimpleQueue
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.runtime import task_run

from flows.convoy import Convoy
from flows.dvc_command import DvcCommand
from flows.faults import NetworkStageError
from flows.graph import Chain, Pipeline, chains, stage_of

RETRY_SECONDS: list[float] = [10, 60, 300]


@task(cache_policy=NO_CACHE, task_run_name="{item}")
def dvc_item(item: str, convoy: Convoy) -> dict[str, str | float]:
    """One item of the pipeline as a Prefect task; its outcome and seconds."""
    logger = get_run_logger()
    outcome, seconds = convoy.run(item, logger.info)
    logger.info("%s: %s in %.1f s (try %s)", item, outcome, seconds, task_run.get_run_count())
    return {"item": item, "outcome": outcome, "seconds": seconds}


async def is_network_fault(_task: object, _run: object, state: State[Any]) -> bool:
    """Whether a stage failed for the network's sake: elsewhere a second try would fail in the same way."""
    return isinstance(await state.aresult(raise_on_failure=False), NetworkStageError)


@dataclass
class Lane:
    """One DVC process at a time, and the chains that are still before it."""

    convoy: Convoy
    chains: deque[Chain]
    at: int = 0  # of the first chain

    @property
    def item(self) -> str:
        """The item whose turn it is."""
        return self.chains[0][self.at]


@dataclass
class Schedule:
    """Items that are due, in lanes: what is ready starts where a lane is free, chain by chain."""

    dvc: DvcCommand
    due: Pipeline
    forced: frozenset[str] = frozenset()
    tags: Sequence[str] = ()
    workers: int = 1
    _futures: dict[str, PrefectFuture[Any]] = field(default_factory=dict)
    _finished: SimpleQueue[Lane] = field(default_factory=SimpleQueue)

    def run(self) -> Mapping[str, State[Any]]:
        """Run all that does not wait for a failed item; the final state of each item that was begun."""
        sorter, ready, running = TopologicalSorter(self._waits()), deque[Chain](), 0
        sorter.prepare()
        while True:
            ready.extend(sorter.get_ready())
            while ready and running < self.workers:
                self._submit(self._lane(ready))
                running += 1
            if not running:
                return {item: future.state for item, future in self._futures.items()}
            lane = self._finished.get()
            if done := self._advance(lane):
                sorter.done(done)
            if lane.chains:
                self._submit(lane)
            else:
                running -= 1

    def _waits(self) -> dict[Chain, set[Chain]]:
        chain_of = {item: chain for chain in chains(self.due, self.forced) for item in chain}
        return {chain: {chain_of[name] for name in self.due[chain[0]]} for chain in chain_of.values()}

    def _lane(self, ready: deque[Chain]) -> Lane:
        """A lane with its share of what is ready: many short chains in one process, and enough left for the others."""
        forced = ready[0][0] in self.forced
        share = ceil(len(ready) / (2 * self.workers)) if self.workers > 1 else len(ready)
        taken: deque[Chain] = deque()
        while ready and len(taken) < share and (ready[0][0] in self.forced) == forced:
            taken.append(ready.popleft())
        items = [item for chain in taken for item in chain]
        return Lane(Convoy(self.dvc, items, forced), taken)

    def _submit(self, lane: Lane) -> None:
        item = lane.item
        tagged = dvc_item.with_options(
            tags=[*self.tags, stage_of(item)],
            retries=len(RETRY_SECONDS),
            retry_delay_seconds=RETRY_SECONDS,
            retry_condition_fn=is_network_fault,
        )
        before = [self._futures[name] for name in self.due[item]]
        future = self._futures[item] = tagged.submit(item, lane.convoy, wait_for=before, return_state=False)
        future.add_done_callback(lambda _future: self._finished.put(lane))

    def _advance(self, lane: Lane) -> Chain | None:
        """Take a lane one item on, past the rest of a chain that failed; the chain that is done with this item."""
        future = self._futures[lane.item]
        future.wait()
        lane.at += 1
        if future.state.is_completed() and lane.at < len(lane.chains[0]):
            return None
        lane.at = 0
        chain = lane.chains.popleft()
        return chain if future.state.is_completed() else None
