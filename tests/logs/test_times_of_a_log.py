"""Times over a whole log: years that lines do not name, steps back, times that cannot be."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from format_lines import build

from crosslog.logs.parsing.facts import Facts
from crosslog.logs.parsing.passes import read_chunk
from crosslog.logs.reading import cut_chunks, list_members

Parse = Callable[..., Any]
CHUNKS = pytest.mark.parametrize("chunk_bytes", [1, 70, 1 << 20])


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def parsed(path: Path, parse: Parse, text: str, changed: str, **more: Any) -> tuple[list[str | None], dict[str, int]]:
    """The log's times, and its remarks, of a file that was changed at a moment."""
    path.write_text(text)
    os.utime(path, (at(changed), at(changed)))
    name, chunk_bytes, options = more.pop("name", "syslog"), more.pop("chunk_bytes", 1 << 20), more
    events, found = parse([path], name, chunk_bytes, options=options)
    times = [None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S") for moment in events["time"]]
    return times, {row["kind"]: row["lines"] for row in found.remarks.to_dicts()}


EVE = "Dec 30 10:00:00 h a: x\nDec 31 23:59:59 h a: x\nJan  1 00:00:00 h a: x\nJan  2 10:00:00 h a: x\n"


@CHUNKS
@pytest.mark.parametrize("name", ["syslog", "plain"])
def test_a_log_over_new_year_does_not_run_backwards(tmp_path: Path, parse: Parse, chunk_bytes: int, name: str) -> None:
    times, remarks = parsed(tmp_path / "a.log", parse, EVE, "2024-01-02 10:00:05", name=name, chunk_bytes=chunk_bytes)
    assert times == ["2023-12-30 10:00:00", "2023-12-31 23:59:59", "2024-01-01 00:00:00", "2024-01-02 10:00:00"]
    assert remarks == {"guessed_year": 4}


@CHUNKS
def test_a_year_that_is_given_is_that_of_the_first_line(tmp_path: Path, parse: Parse, chunk_bytes: int) -> None:
    times, remarks = parsed(tmp_path / "a.log", parse, EVE, "2026-05-01", year=2015, chunk_bytes=chunk_bytes)
    assert times == ["2015-12-30 10:00:00", "2015-12-31 23:59:59", "2016-01-01 00:00:00", "2016-01-02 10:00:00"]
    assert remarks == {}


def test_a_pattern_without_a_year_has_it_from_the_order_too(tmp_path: Path, parse: Parse) -> None:
    text = "12-31 23:59:59.250 x\n01-01 00:00:00.750 y\n"
    options = {"pattern": "<Date> <Time> <Content>", "time_format": "%m-%d %H:%M:%S%.3f"}
    times, _ = parsed(tmp_path / "a.log", parse, text, "2024-03-01", name="pattern", **options)
    assert times == ["2023-12-31 23:59:59", "2024-01-01 00:00:00"]


@pytest.mark.parametrize(
    ("text", "changed", "first"),
    [
        ("Dec 31 23:00:00 h a: x\n", "2024-01-01 00:30:00", "2023-12-31 23:00:00"),
        ("Jan  1 00:10:00 h a: x\n", "2023-12-31 23:30:00", "2024-01-01 00:10:00"),  # a clock ahead by less than a day
        ("Jan  3 00:10:00 h a: x\n", "2023-12-31 23:30:00", "2023-01-03 00:10:00"),
        ("Feb 29 10:00:00 h a: x\nMar  1 10:00:00 h a: x\n", "2026-05-01", "2024-02-29 10:00:00"),
        ("Mar  1 10:00:00 h a: x\n", "2026-05-01", "2026-03-01 10:00:00"),
        ("Feb 28 10:00:00 h a: x\nDec 31 10:00:00 h a: x\n", "2026-01-01", "2025-02-28 10:00:00"),
        ("May  6 10:00:00 h a: x\n2020-05-07T10:00:00Z h a: x\n", "2026-05-01", "2020-05-06 10:00:00"),
        ("Dec 31 10:00:00 h a: x\n2020-01-01T10:00:00Z h a: x\n", "2026-05-01", "2019-12-31 10:00:00"),
    ],
)
def test_the_newest_line_is_the_last_one_before_the_file_was_changed(
    tmp_path: Path, parse: Parse, text: str, changed: str, first: str
) -> None:
    assert parsed(tmp_path / "a.log", parse, text, changed)[0][0] == first


def test_several_years_are_counted_by_their_turns(tmp_path: Path, parse: Parse) -> None:
    text = "".join(f"{month}  1 10:00:00 h a: x\n" for month in ("Nov", "Mar", "Aug", "Jan", "Apr", "Sep", "Jan"))
    times, _ = parsed(tmp_path / "a.log", parse, text, "2024-01-05", chunk_bytes=1)
    assert [moment[:4] for moment in times if moment] == ["2021", "2022", "2022", "2023", "2023", "2023", "2024"]


@CHUNKS
def test_a_line_that_came_late_over_new_year_is_of_the_old_year(tmp_path: Path, parse: Parse, chunk_bytes: int) -> None:
    text = "Dec 31 23:59:59 h a: x\nJan  1 00:00:00 h a: x\nDec 31 23:59:58 h a: x\nJan  1 00:00:02 h a: x\n"
    times, remarks = parsed(tmp_path / "a.log", parse, text, "2024-01-05", chunk_bytes=chunk_bytes)
    assert times == ["2023-12-31 23:59:59", "2024-01-01 00:00:00", "2023-12-31 23:59:58", "2024-01-01 00:00:02"]
    assert remarks["backwards"] == 1
    assert "far_backwards" not in remarks


def test_a_day_that_a_given_year_has_not_is_no_time_rather_than_another(tmp_path: Path, parse: Parse) -> None:
    times, _ = parsed(tmp_path / "a.log", parse, "Feb 29 10:00:00 h a: x\n", "2024-05-01", year=2023)
    assert times == [None]


@CHUNKS
def test_steps_back_are_counted_within_a_file(tmp_path: Path, parse: Parse, chunk_bytes: int) -> None:
    clocks = ["01T10", "01T12", "01T11", "05T10", "03T10", "03T10"]
    lines = [f"2020-01-{clock}:00:00Z h a: x\n" for clock in clocks]
    (tmp_path / "b.log").write_text(lines[0])
    (tmp_path / "a.log").write_text("".join(lines))
    _, found = parse([tmp_path / "a.log", tmp_path / "b.log"], "syslog", chunk_bytes)
    assert [row for row in found.remarks.rows() if "backwards" in row[0]] == [
        ("backwards", 2, 3, lines[2].strip()),
        ("far_backwards", 1, 5, lines[4].strip()),
    ]


def test_times_that_cannot_be_are_remarked_and_those_of_no_calendar_dropped(tmp_path: Path, parse: Parse) -> None:
    soon, later = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600)) for hours in (20, 30))
    for moment, kept, remarked in [
        ("1989-12-31T23:59:59Z", True, True),
        ("1990-01-01T00:00:00Z", True, False),
        (soon, True, False),
        (later, True, True),
    ]:
        times, remarks = parsed(tmp_path / "a.log", parse, f"{moment} h a: x\n", "2024-01-01")
        assert (times[0] is not None, "implausible_time" in remarks) == (kept, remarked)
    text = '{"message": "x", "t": 1714996800000}\n'
    times, remarks = parsed(tmp_path / "a.log", parse, text, "2024-01-01", name="jsonl", time="t", time_as="seconds")
    assert (times, remarks) == ([None], {"implausible_time": 1})


@CHUNKS
def test_a_line_with_a_date_of_another_kind_does_not_inherit_a_time_nor_hand_one_on(
    tmp_path: Path, parse: Parse, chunk_bytes: int
) -> None:
    text = "2020-01-01 00:00:01 a\nb\n06/05/2020 11:00:00 c\nd\n2020-01-01 00:00:02 e\n06.05.2020 11:00:00 f\ng\n"
    times, remarks = parsed(tmp_path / "a.log", parse, text, "2020-06-01", name="plain", chunk_bytes=chunk_bytes)
    one, two = "2020-01-01 00:00:01", "2020-01-01 00:00:02"
    assert times == [one, one, None, None, two, None, None]
    assert remarks == {"no_time": 4}


@pytest.mark.parametrize(
    ("name", "line", "options", "lines"),
    [
        ("pattern", "2020-01-01 x", {"pattern": "<Date> <Content>", "time_format": "%d.%m.%Y"}, 2),
        ("pattern", "2020-01-01 x", {"pattern": "<Date> <Content>"}, 0),
        ("jsonl", '{"message": "x", "t": "noon"}', {"time": "t"}, 2),
        ("jsonl", '{"message": "x", "t": 1}', {"time": "when"}, 2),
        ("plain", "no time at all", {}, 2),
        ("syslog", "Feb 31 10:00:00 h a: x", {}, 2),
    ],
)
@pytest.mark.parametrize("chunk_bytes", [1, 1 << 20])
def test_that_no_time_fits_is_remarked_with_a_sample(
    tmp_path: Path, parse: Parse, name: str, line: str, *, options: dict[str, Any], lines: int, chunk_bytes: int
) -> None:
    (tmp_path / "a.log").write_text(f"{line}\n{line}\n")
    _, found = parse([tmp_path / "a.log"], name, chunk_bytes, options=options)
    assert [row for row in found.remarks.rows() if row[0] == "no_time"] == (
        [("no_time", lines, 1, line)] if lines else []
    )


def test_a_level_that_is_no_word_for_one_is_remarked(tmp_path: Path, parse: Parse) -> None:
    text = "INFO zed.a: x\nWARN zed.b: x\nzed.c INFO: x\n"
    (tmp_path / "a.log").write_text(text)
    _, found = parse([tmp_path / "a.log"], "pattern", options={"pattern": "<Level> <Component>: <Content>"})
    assert found.remarks.rows() == [("odd_level", 1, 3, "zed.c INFO: x")]


def test_what_a_chunk_knows_of_times_goes_through_json(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("Dec 31 23:59:59 h a: x\nFeb 29 00:00:00 h a: y\nFeb 28 00:00:00 h a: y\n")
    (chunk,) = cut_chunks(list_members([path]), 1 << 20)
    _, facts = read_chunk(chunk, build("syslog"))
    assert facts.years.leap == (1,)
    assert len(facts.edges) == 2
    facts = replace(facts, headless=("no_time", 1, 1, "x"))
    assert Facts.from_json(json.loads(json.dumps(facts.as_json()))) == facts
