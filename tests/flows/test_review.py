"""Waiting for people: as plain functions, and once on Prefect's engine."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from prefect.client.orchestration import get_client
from projects import write_params

from crosslog import artifacts
from crosslog.interpretation.review import decisions, table
from crosslog.settings import ReviewSettings
from flows import review as module
from flows.review import Answer, ReviewTimeoutError, missing, open_rows, wait_for_people

SYSTEMS = ("gears", "belts", "pumps")


@pytest.fixture
def rows(workspace: Path) -> None:
    """Ten rows of each system of the run; of the first, four are open, of the others none."""
    write_params(workspace)
    for system in SYSTEMS:
        still_open = 4 if system == SYSTEMS[0] else 0
        records = [
            dict.fromkeys(table.ROW_COLUMNS, "")
            | {"key": f"{number:016x}", "template": f"part {number}", "occurrences": number + 1, "source": "rules"}
            | {"interpretation": "A part moved.", "status": "pending" if number < still_open else "approved"}
            for number in range(10)
        ]
        frame = pl.DataFrame(records, schema=table.ROW_TYPES, orient="row")
        table.rewrite_rows(artifacts.interpretations_path(system), lambda _rows, frame=frame: frame)


def settings(most: int | None = 3, share: float | None = None) -> ReviewSettings:
    return ReviewSettings(max_open=most, max_open_share=share, wait_hours=1)


def approve(*numbers: int) -> None:
    def changed(frame: pl.DataFrame) -> pl.DataFrame:
        for number in numbers:
            frame = decisions.apply_decision(frame, f"{number:016x}", decisions.approve())
        return frame

    table.rewrite_rows(artifacts.interpretations_path(SYSTEMS[0]), changed)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (settings(3), "gears: 4 of 10 rows are open, 3 may be: `crosslog review list gears`"),
        (settings(4), ""),
        (settings(None, 0.3), "4 of 10 rows are open, 30% may be"),
        (settings(None, 0.4), ""),
        (settings(0, 0.1), "4 of 10 rows are open, 0 and 10% may be"),
        (settings(None, None), ""),
    ],
)
def test_what_is_missing_is_said_per_system(rows, limits: ReviewSettings, said: str) -> None:
    assert said in missing(limits, "small")
    assert bool(missing(limits, "small")) == bool(said)


def test_nobody_is_asked_where_little_enough_is_open(rows) -> None:
    wait_for_people(settings(4), "small", lambda _lacking, _seconds: pytest.fail("asked"))


def test_people_are_asked_again_until_they_have_reviewed_enough(rows) -> None:
    asked: list[str] = []

    def ask(lacking: str, seconds: float) -> Answer:
        asked.append(lacking)
        assert 3590 < seconds <= 3600
        approve(len(asked) - 1)
        return Answer()

    wait_for_people(settings(2), "small", ask)
    assert ["4 of 10" in asked[0], "3 of 10" in asked[1], len(asked)] == [True, True, 2]


def test_a_person_may_say_to_go_on_anyway(rows) -> None:
    wait_for_people(settings(0), "small", lambda _lacking, _seconds: Answer(go_on_anyway=True))


def test_when_the_time_is_over_it_says_what_is_missing(rows) -> None:
    def ask(_lacking: str, _seconds: float) -> Answer:
        raise TimeoutError

    with pytest.raises(ReviewTimeoutError, match="not reviewed within 1 hours:\ngears: 4 of 10 rows are open"):
        wait_for_people(settings(2), "small", ask)


def test_who_reviewed_enough_but_did_not_say_so_is_not_failed(rows) -> None:
    def ask(_lacking: str, _seconds: float) -> Answer:
        approve(0, 1)
        raise TimeoutError

    wait_for_people(settings(2), "small", ask)


def test_the_table_has_the_open_rows_the_most_worth_a_look_first(rows) -> None:
    found = open_rows("small")
    assert [(row["system"], row["occurrences"]) for row in found] == [(SYSTEMS[0], n) for n in (4, 3, 2, 1)]
    assert set(found[0]) == {"system", *module.SHOWN_COLUMNS}


@pytest.mark.pipeline
def test_the_run_pauses_and_goes_on_when_it_is_resumed(rows, server, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []
    monkeypatch.setattr(module, "POLL_SECONDS", 0.2)
    monkeypatch.setattr(module, "reproduce", lambda *given: ran.append(given) or [{"item": "embed"}])
    with get_client(sync_client=True) as client:
        result: list[Any] = []
        thread = threading.Thread(target=lambda: result.append(module.review(items=["embed"], workers=3)))
        thread.start()
        run = _paused(client)
        assert ran == [("small", ["interpret"], 3)]
        approve(0, 1, 2, 3)
        client.resume_flow_run(run.id, run_input={"go_on_anyway": False})
        thread.join(60)
        table_ = next(artifact for artifact in client.read_artifacts() if artifact.key == "open-interpretations")
    assert result == [[{"item": "embed"}]]
    assert ran == [("small", ["interpret"], 3), ("small", ["embed"], 3, False)]
    assert "gears: 4 of 10 rows are open" in str(table_.description)


def _paused(client: Any) -> Any:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        for run in client.read_flow_runs():
            if run.state is not None and run.state.is_paused():
                return run
        time.sleep(0.2)
    raise AssertionError("the run was never paused")
