"""The whole pipeline as one Prefect flow: the same stages as `dvc repro`, side by side where they do not wait.

Run it with `python -m flows.reproduce`, with or without a server, or as the deployment in prefect.yaml.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, cast

from prefect import flow
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from crosslog.artifacts import report_path
from flows import stages

WORKERS = 2
# Prefect's own type of a runner's futures is narrower than what its runners return.
RUNNER = cast(TaskRunner[PrefectFuture[Any]], ThreadPoolTaskRunner(max_workers=WORKERS))


@flow(name="reproduce", task_runner=RUNNER, log_prints=True)
def reproduce(items: list[str] | None = None) -> list[dict[str, Any]]:
    """Bring the pipeline up to date, or the part of it that `items` (stages or single items) need.

    Returns
    -------
    One row per item that finished: item, outcome ("ran" or "unchanged") and seconds.

    Raises
    ------
    StageError
        If a stage failed; every item that does not wait for it has been run all the same.
    """
    pipeline = stages.graph()
    if items:
        pipeline = stages.upstream_of(items, pipeline)
    get_run_logger().info("%d items, %d at a time", len(pipeline), WORKERS)
    futures = _submitted(pipeline)
    states = {item: future.state for item, future in _waited(futures).items()}
    rows = [state.result() for state in states.values() if state.is_completed()]
    create_table_artifact(key="stages", table=rows, description="What ran, and how long it took")
    _raise_for_failed(states)
    _show_report()
    return rows


def _submitted(pipeline: dict[str, frozenset[str]]) -> dict[str, PrefectFuture[Any]]:
    futures: dict[str, PrefectFuture[Any]] = {}
    for item, before in pipeline.items():
        task = stages.dvc_item.with_options(
            retries=stages.retries_of(item),
            retry_delay_seconds=[10, 60, 300],
            retry_condition_fn=stages.is_network_fault,
        )
        futures[item] = task.submit(item, return_state=False, wait_for=[futures[name] for name in before])
    return futures


def _waited(futures: dict[str, PrefectFuture[Any]]) -> dict[str, PrefectFuture[Any]]:
    for future in futures.values():
        future.wait()
    return futures


def _raise_for_failed(states: dict[str, State[Any]]) -> None:
    failed = {item: state for item, state in states.items() if state.is_failed() or state.is_crashed()}
    waiting = [item for item, state in states.items() if not state.is_completed() and item not in failed]
    if failed:
        messages = "\n\n".join(f"{state.result(raise_on_failure=False)}" for state in failed.values())
        raise stages.StageError(f"{messages}\n\nnot run, because they wait for it: {', '.join(waiting) or 'none'}")


def _show_report() -> None:
    comparison = stages.REPOSITORY / report_path("comparison.md")
    page = stages.REPOSITORY / report_path("index.html")
    if comparison.exists():
        create_markdown_artifact(key="comparison", markdown=comparison.read_text(encoding="utf-8"))
    if page.exists():
        create_link_artifact(key="report", link=page.as_uri(), link_text=f"{report_path('index.html')}")


def main() -> None:
    """Command line: `python -m flows.reproduce [item …]`."""
    parser = argparse.ArgumentParser(description=Path(__file__).name + ": " + str(__doc__).splitlines()[0])
    parser.add_argument("items", nargs="*", help="stages or items, such as `embed` or `train@e1_simulated-level`")
    reproduce(parser.parse_args().items or None)


if __name__ == "__main__":
    main()
