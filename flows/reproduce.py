"""The whole pipeline as one Prefect flow: the same stages as `dvc repro`, side by side where they do not wait.

Run it with `python -m flows.reproduce`, with or without a server, or as a deployment of prefect.yaml.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from crosslog.cli.use import use_suite
from flows.convoy import BUSY_SECONDS
from flows.dvc_command import DvcCommand
from flows.faults import BusyError, StageError
from flows.graph import Pipeline, downstream_of, named, part, upstream_of
from flows.locking import hold_repository
from flows.parameters import FORCE, ITEMS, MOST_WORKERS, SUITE, SUITES, WORKERS, Force, Items, Suite, Workers
from flows.run_pages import publish_report, tag_run, waiting
from flows.stages import Schedule
from flows.suites import AS_CHOSEN, find_suite

# Prefect's own type of a runner's futures is narrower than what its runners return.
RUNNER = cast(TaskRunner[PrefectFuture[Any]], ThreadPoolTaskRunner(max_workers=MOST_WORKERS))


@flow(name="reproduce", task_runner=RUNNER, log_prints=True)
def reproduce(
    suite: Suite = AS_CHOSEN,
    items: Items = [],  # noqa: B006  # shown in Prefect's form, never changed
    workers: Workers = 2,
    force: Force = False,
) -> list[dict[str, Any]]:
    """Bring the pipeline up to date, or the part of it that `items` (stages or single items) need.

    Returns
    -------
    One row per item: item, outcome ("ran", "restored" or "unchanged") and seconds.

    Raises
    ------
    StageError
        If a stage failed; every item that does not wait for it has been run all the same.
    SuiteError
        If there is no such suite.
    """
    suite = find_suite(suite)
    tag_run([suite])
    with _repository() as dvc:
        use_suite(suite)
        pipeline, stale = _look(dvc)
        asked = named(items or [*pipeline], pipeline)
        wanted = upstream_of(asked, pipeline)
        forced = asked if force else frozenset()
        due = part(downstream_of(stale | forced, pipeline) & wanted, pipeline)
        get_run_logger().info("%s: %d of %d items are due, %d at a time", suite, len(due), len(wanted), workers)
        states = Schedule(dvc, due, forced, [suite], workers).run()
        rows = _rows(part(wanted - due.keys(), pipeline), states)
        create_table_artifact(key="stages", table=rows, description="What ran, and how long it took")
        _raise_for_failed(states, due)
        publish_report(suite)
    return rows


@contextmanager
def _repository() -> Iterator[DvcCommand]:
    """DVC's command in the current folder, which no other flow uses meanwhile."""
    with hold_repository(Path(), f"{flow_run.get_flow_name()}/{flow_run.get_name()}", waiting) as lock:
        dvc = DvcCommand(Path(), lock)
        try:
            yield dvc
        finally:
            dvc.stop()


def _look(dvc: DvcCommand) -> tuple[Pipeline, frozenset[str]]:
    try:
        return dvc.look()
    except BusyError as busy:
        with waiting(str(busy)):
            while True:
                time.sleep(BUSY_SECONDS)
                with suppress(BusyError):
                    return dvc.look()


def _rows(fresh: Iterable[str], states: Mapping[str, State[Any]]) -> list[dict[str, Any]]:
    unchanged = [{"item": item, "outcome": "unchanged", "seconds": 0.0} for item in fresh]
    return unchanged + [state.result() for state in states.values() if state.is_completed()]


def _raise_for_failed(states: Mapping[str, State[Any]], due: Pipeline) -> None:
    failed = {item: state for item, state in states.items() if not state.is_completed()}
    if failed:
        waiting_items = ", ".join(item for item in due if item not in states) or "none"
        messages = "\n\n".join(f"{state.result(raise_on_failure=False)}" for state in failed.values())
        raise StageError(f"{messages}\n\nnot run, because they wait for it: {waiting_items}")


def main() -> None:
    """Command line: `python -m flows.reproduce [--suite NAME] [--workers N] [--force] [item …]`."""
    parser = argparse.ArgumentParser(description=Path(__file__).name + ": " + str(__doc__).splitlines()[0])
    parser.add_argument("items", nargs="*", help=ITEMS)
    parser.add_argument("--suite", choices=SUITES, default=AS_CHOSEN, help=SUITE)
    parser.add_argument("--workers", type=int, default=2, help=WORKERS)
    parser.add_argument("--force", action="store_true", help=FORCE)
    reproduce(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
