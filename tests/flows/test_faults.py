"""What a failed stage says, and whether another try is worth it, without a server."""

from __future__ import annotations

import asyncio

import pytest
from prefect.states import exception_to_failed_state

from flows.faults import BusyError, NetworkStageError, StageError, exit_code, reason, stage_error
from flows.stages import is_network_fault

TRACEBACK = """Running stage 'parse@a':
> python -m tasks.parse a
Traceback (most recent call last):
  File "tasks/parse.py", line 9, in <module>
    main()
crosslog.artifacts.ArtifactError: data/events/a breaks its schema Events in 2 places:
  row 3: line: unique refuses 3
  row 4: line: unique refuses 3
ERROR: failed to reproduce 'parse@a': failed to run: python -m tasks.parse a, exited with 1
"""
BUSY = """ERROR: failed to reproduce 'parse@a': '/a/data' is busy, it is being blocked by:
  (PID 12): /bin/dvc repro
"""


def test_the_reason_is_the_exception_with_its_rows_and_not_the_traceback() -> None:
    assert reason(TRACEBACK).splitlines() == [
        "crosslog.artifacts.ArtifactError: data/events/a breaks its schema Events in 2 places:",
        "  row 3: line: unique refuses 3",
        "  row 4: line: unique refuses 3",
    ]


def test_without_a_traceback_the_reason_is_what_was_printed_last() -> None:
    assert reason("one\ntwo\nERROR: failed to reproduce 'x': exited with 1\n") == "one\ntwo"


def test_where_dvc_alone_speaks_the_reason_is_what_it_says() -> None:
    line = "ERROR: failed to reproduce 'x': missing data 'source': a.txt"
    assert reason(line + "\n") == line


@pytest.mark.parametrize(
    ("printed", "fault"),
    [
        (TRACEBACK, StageError),
        (TRACEBACK.replace("exited with 1", "exited with 75"), NetworkStageError),
        (BUSY, BusyError),
        ("ERROR: Unable to acquire lock. Most likely another DVC process is running.\n", BusyError),
        ("Running stage 'parse@a':\n> python -m tasks.parse a\n" + BUSY, StageError),  # it has run: never again
    ],
)
def test_a_fault_has_the_type_that_says_what_to_do(printed: str, fault: type[StageError]) -> None:
    assert type(stage_error("parse@a", printed)) is fault


@pytest.mark.parametrize(
    ("failure", "again"), [(NetworkStageError("a"), True), (StageError("Timeout, HTTP 503"), False)]
)
def test_a_failure_is_tried_again_where_the_network_is_to_blame(failure: StageError, again: bool) -> None:
    failed = asyncio.run(exception_to_failed_state(failure))
    assert asyncio.run(is_network_fault(None, None, failed)) is again


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("ERROR: failed to reproduce 'download@a': failed to run: python -m tasks.download a, exited with 75\n", 75),
        ("ERROR: failed to reproduce 'download@b': failed to run: python -m tasks.download b, exited with 75\n", None),
        ("> python -m tasks.download a\nit said: exited with 75\n", None),
        (TRACEBACK, None),
    ],
)
def test_the_exit_code_of_a_stage_is_read_from_what_dvc_says_of_it(printed: str, code: int | None) -> None:
    assert exit_code("download@a", printed) == code
