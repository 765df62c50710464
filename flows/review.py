"""The pipeline with people in it: interpret, wait until enough is reviewed, then the rest.

While more rows are open than `review` in params.yaml allows, the run is paused: in Prefect's UI its page has a button,
`Resume`, a form and a table of what is open. DVC alone decides what runs then; `dvc repro` by itself never waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import polars as pl
from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.logging import get_run_logger
from pydantic import Field

from crosslog import artifacts
from crosslog.interpretation.review import decisions, table
from crosslog.interpretation.review.ordering import order_by_worth
from crosslog.settings import ReviewSettings, Settings
from flows.reproduce import reproduce

POLL_SECONDS = 5
SHOWN_ROWS = 300  # of a system, in the table
SHOWN_COLUMNS = ("key", "occurrences", "template", "interpretation", "problems")


class ReviewTimeoutError(RuntimeError):
    """Nobody reviewed enough in time; the message says what is missing."""


class Answer(RunInput):
    """What a person says when they resume the run."""

    go_on_anyway: bool = Field(default=False, description="Go on with what is there, however much is unreviewed")


class Open(NamedTuple):
    """How much of a system is open, and what of that is too much."""

    system: str
    rows: int
    open: int
    excess: str  # empty where the settings allow it


@flow(name="review", log_prints=True)
def review(items: list[str] | None = None) -> list[dict[str, Any]]:
    """Interpret, wait for people where too much is unreviewed, then bring `items`, or everything, up to date.

    Returns
    -------
    As flows.reproduce: one row per item that finished.

    Raises
    ------
    ReviewTimeoutError
        If too much is still unreviewed after `review.wait_hours`.
    StageError
        If a stage failed.
    """
    reproduce(["interpret"])
    wait_for_people(Settings.load().review, _ask)
    return reproduce(items)


def wait_for_people(settings: ReviewSettings, ask: Callable[[str, float], Answer]) -> None:
    """Ask until no more is open than the settings allow, or somebody says to go on anyway.

    Parameters
    ----------
    settings : what may stay open, and how long people have
    ask : told what is missing and for how many seconds to wait; raises TimeoutError where nobody answers

    Raises
    ------
    ReviewTimeoutError
        If the time is over; it names each system with too much open.
    """
    ends = time.monotonic() + settings.wait_hours * 3600
    while lacking := missing(settings):
        try:
            if ask(lacking, max(ends - time.monotonic(), 1)).go_on_anyway:
                return
        except TimeoutError:
            lacking = missing(settings)
            if lacking:
                raise ReviewTimeoutError(f"not reviewed within {settings.wait_hours:g} hours:\n{lacking}") from None


def missing(settings: ReviewSettings) -> str:
    """What must still be reviewed, a line per system; empty where the settings allow all that is open."""
    states = [state_of(system, settings) for system in Settings.load().run.logs]
    return "\n".join(
        f"{state.system}: {state.open} of {state.rows} rows are open, {state.excess} may be: "
        f"`crosslog review {state.system}`, or edit {artifacts.interpretations_path(state.system)}"
        for state in states
        if state.excess
    )


def state_of(system: str, settings: ReviewSettings) -> Open:
    """How much of a system is open, and which limit that passes."""
    rows = table.load_rows(artifacts.interpretations_path(system))
    count = rows.filter(decisions.is_open()).height
    passed = []
    if settings.max_open is not None and count > settings.max_open:
        passed.append(str(settings.max_open))
    if settings.max_open_share is not None and count > settings.max_open_share * rows.height:
        passed.append(f"{settings.max_open_share:.0%}")
    return Open(system, rows.height, count, " and ".join(passed))


def open_rows() -> list[dict[str, Any]]:
    """The open rows of every system of the run, the most worth a look first, for people to read."""
    everything = {
        system: table.load_rows(artifacts.interpretations_path(system)) for system in Settings.load().run.logs
    }
    found = []
    for system, rows in everything.items():
        elsewhere = {other: frame for other, frame in everything.items() if other != system}
        waiting = order_by_worth(rows, elsewhere).filter(decisions.is_open()).head(SHOWN_ROWS)
        found += waiting.select(pl.lit(system).alias("system"), *SHOWN_COLUMNS).to_dicts()
    return found


def _ask(lacking: str, seconds: float) -> Answer:
    create_table_artifact(key="open-interpretations", table=open_rows(), description=lacking)
    get_run_logger().info("waiting for people\n%s", lacking)
    told = f"Review these, save, then resume. What is open also stands in the run's artifacts.\n\n```\n{lacking}\n```"
    wanted = Answer.with_initial_data(description=told)
    try:
        return pause_flow_run(wait_for_input=wanted, timeout=round(seconds), poll_interval=POLL_SECONDS)
    except FlowPauseTimeout:
        raise TimeoutError from None


if __name__ == "__main__":
    review()
