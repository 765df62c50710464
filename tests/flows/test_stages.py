"""The pipeline's graph, and what a failed stage says, without a server."""

from __future__ import annotations

import asyncio

import pytest
from prefect.states import exception_to_failed_state

from flows import stages

DOT = """strict digraph {
"parse@a";
"embed@a";
"report";
"parse@b";
"embed@a" -> "report";
"parse@a" -> "embed@a";
}
"""
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


def test_the_graph_is_in_running_order() -> None:
    graph = stages.parse_graph(DOT)
    assert graph == {
        "parse@a": frozenset(),
        "parse@b": frozenset(),
        "embed@a": frozenset({"parse@a"}),
        "report": frozenset({"embed@a"}),
    }
    assert list(graph) == ["parse@a", "parse@b", "embed@a", "report"]


def test_items_bring_what_they_need_and_a_stage_stands_for_its_items() -> None:
    graph = stages.parse_graph(DOT)
    assert list(stages.upstream_of(["embed@a"], graph)) == ["parse@a", "embed@a"]
    assert list(stages.upstream_of(["parse"], graph)) == ["parse@a", "parse@b"]


def test_an_unknown_item_is_answered_with_the_known_ones() -> None:
    with pytest.raises(stages.StageError, match=r"no stage \['pasre'\]; there are: parse@a, parse@b, embed@a, report"):
        stages.upstream_of(["pasre"], stages.parse_graph(DOT))


def test_a_circle_is_an_error() -> None:
    with pytest.raises(stages.StageError, match="waits for itself"):
        stages.parse_graph('"a" -> "b";\n"b" -> "a";\n')


def test_the_reason_is_the_exception_with_its_rows_and_not_the_traceback() -> None:
    assert stages.reason(TRACEBACK).splitlines() == [
        "crosslog.artifacts.ArtifactError: data/events/a breaks its schema Events in 2 places:",
        "  row 3: line: unique refuses 3",
        "  row 4: line: unique refuses 3",
    ]


def test_without_a_traceback_the_reason_is_what_was_printed_last() -> None:
    assert stages.reason("one\ntwo\nERROR: failed to reproduce 'x': exited with 1\n") == "one\ntwo"


def test_only_stages_that_reach_the_network_are_tried_again() -> None:
    assert stages.retries_of("download@bgl") == 3
    assert stages.retries_of("parse@bgl") == 0


@pytest.mark.parametrize(
    ("failure", "again"), [(stages.NetworkStageError("a"), True), (stages.StageError("Timeout, HTTP 503"), False)]
)
def test_a_failure_is_tried_again_where_the_network_is_to_blame(failure: stages.StageError, again: bool) -> None:
    failed = asyncio.run(exception_to_failed_state(failure))
    assert asyncio.run(stages.is_network_fault(None, None, failed)) is again


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
    assert stages.exit_code("download@a", printed) == code
