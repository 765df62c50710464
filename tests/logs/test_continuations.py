"""Lines that belong together: stack traces and indented lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Parse = Callable[..., Any]
CHUNKS = pytest.mark.parametrize("chunk_bytes", [1, 90, 1 << 20])
JAVA = """\
2024-05-06 12:00:00 ERROR gizmo stalled
org.zed.JamException: wheel is stuck
\tat org.zed.Wheel.turn(Wheel.java:7)
\tat org.zed.Gizmo.main(Gizmo.java:42)
Caused by: java.io.IOException: no oil
\tat org.zed.Oil.pour(Oil.java:3)
\t... 2 more
2024-05-06 12:00:01 INFO gizmo turned
"""
PYTHON = """\
2024-05-06 12:00:00 ERROR gizmo stalled
Traceback (most recent call last):
  File "/opt/zed/wheel.py", line 7, in turn
    pour(oil)

zed.errors.OilError: no oil
2024-05-06 12:00:01 INFO gizmo turned
"""


def events(path: Path, parse: Parse, text: str, name: str, chunk_bytes: int = 1 << 20, **options: Any) -> list[Any]:
    path.write_text(text)
    frame, found = parse([path], name, chunk_bytes, options=options)
    texts = found.messages["text"].to_list()
    return [
        (line, lines, texts[message]) for line, lines, message in frame.select("line", "lines", "message_id").rows()
    ]


@CHUNKS
@pytest.mark.parametrize(
    ("text", "lines", "words"),
    [(JAVA, 7, ("jamexception", "wheel is stuck", "ioexception", "no oil")), (PYTHON, 6, ("oilerror", "no oil"))],
)
def test_a_trace_belongs_to_the_event_that_it_explains(
    tmp_path: Path, parse: Parse, text: str, *, lines: int, words: tuple[str, ...], chunk_bytes: int
) -> None:
    (first, span, said), last = events(tmp_path / "a.log", parse, text, "plain", chunk_bytes)
    assert (first, span) == (1, lines)
    assert last[:2] == (lines + 1, 1)
    assert all(word in said.lower() for word in words)
    assert "java" not in said.split("ioexception")[-1]


@pytest.mark.parametrize(
    ("name", "head", "options"),
    [
        ("syslog", "May  6 12:00:00 h zd[3]: ", {}),
        ("pattern", "2024-05-06 ERROR zd: ", {"pattern": "<Date> <Level> <Component>: <Content>"}),
    ],
)
def test_a_trace_is_joined_in_other_formats_too(
    tmp_path: Path, parse: Parse, name: str, head: str, options: dict[str, Any]
) -> None:
    text = f"{head}stalled\n\tat org.zed.Wheel.turn(Wheel.java:7)\n{head}turned\n"
    assert [row[:2] for row in events(tmp_path / "a.log", parse, text, name, **options)] == [(1, 2), (3, 1)]


def test_a_trace_between_lines_of_json_is_joined(tmp_path: Path, parse: Parse) -> None:
    text = '{"message": "stalled"}\n  at zed.turn(wheel.js:7)\n{"message": "turned"}\n'
    assert [row[:2] for row in events(tmp_path / "a.log", parse, text, "jsonl")] == [(1, 2), (3, 1)]


MIXED = "2024-05-06 12:00:00 one\nnot dated\n  indented\n2024-05-06 12:00:01 two\n"


@CHUNKS
@pytest.mark.parametrize(
    ("join", "spans"),
    [("none", [(1, 1), (2, 1), (3, 1), (4, 1)]), ("indented", [(1, 1), (2, 2), (4, 1)]), ("pattern", [(1, 3), (4, 1)])],
)
def test_what_is_joined_is_an_option(
    tmp_path: Path, parse: Parse, join: str, spans: list[tuple[int, int]], chunk_bytes: int
) -> None:
    found = events(tmp_path / "a.log", parse, MIXED, "plain", chunk_bytes, join=join)
    assert [row[:2] for row in found] == spans


def test_an_indented_line_with_all_of_a_head_is_an_event(tmp_path: Path, parse: Parse) -> None:
    text = "INFO zed.a: one\n INFO zed.b: two\n"
    found = events(tmp_path / "a.log", parse, text, "pattern", pattern="<Level> <Component>: <Content>")
    assert [row[:2] for row in found] == [(1, 1), (2, 1)]


def test_lines_that_are_joined_are_counted_and_no_file_goes_on_with_another(tmp_path: Path, parse: Parse) -> None:
    for name in "ab":
        (tmp_path / name).write_text("  first\n  second\n")
    frame, found = parse([tmp_path / "a", tmp_path / "b"], "plain")
    assert frame.select("line", "lines").rows() == [(1, 2), (3, 2)]
    assert [row[:3] for row in found.remarks.rows() if row[0] == "joined"] == [("joined", 2, 2)]


def test_an_event_has_an_end_however_many_lines_are_indented(tmp_path: Path, parse: Parse) -> None:
    found = events(tmp_path / "a.log", parse, "one\n" + "  two\n" * 2500, "plain", chunk_bytes=100)
    assert max(span for _, span, _ in found) <= 1001 + 15
    assert sum(span for _, span, _ in found) == 2501


@pytest.mark.parametrize("run", ["a.", "at ", "\t", "Error", "x$", '"', "File ", "0x", "("])
def test_a_long_line_is_looked_at_in_linear_time(tmp_path: Path, parse: Parse, run: str) -> None:
    text = f"one\n {run * (60_000 // len(run))}\n"
    assert len(events(tmp_path / "a.log", parse, text, "plain")) == 1
