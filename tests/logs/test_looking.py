"""Which format a log is in: literal first lines, the format that tells most of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from format_lines import DATA
from projects import params

from crosslog import plugins
from crosslog.logs.known_patterns import KNOWN_PATTERNS
from crosslog.logs.looking import guess_keys, see_lines, try_formats
from crosslog.logs.reading import list_members

LINES = {  # of each known pattern: a line, the level and the component in it
    "log4j": ("2024-05-06 12:00:00,123 INFO  [main] org.zed.Gizmo - gizmo 1 turned", "INFO", "org.zed.Gizmo"),
    "log4j, thread last": ("2024-05-06 12:00:00,123 WARN org.zed.Gizmo [main] - gizmo turned", "WARN", "org.zed.Gizmo"),
    "log4j, without thread": ("2024-05-06 12:00:00,123 INFO org.zed.Gizmo - gizmo 1 turned", "INFO", "org.zed.Gizmo"),
    "Spring Boot": ("2024-05-06 12:00:00.123  INFO 7 --- [main] o.z.Gizmo   : gizmo 1 turned", "INFO", "o.z.Gizmo"),
    "Python": ("2024-05-06 12:00:00,123 - zed.gizmo - ERROR - gizmo 1 stalled", "ERROR", "zed.gizmo"),
    "Python, level first": ("2024-05-06 12:00:00,123 ERROR zed.gizmo: gizmo 1 stalled", "ERROR", "zed.gizmo"),
    "Spark": ("24/05/06 12:00:00 INFO zed.Gizmo: gizmo 1 turned", "INFO", "zed.Gizmo"),
    "ZooKeeper": ("2024-05-06 12:00:00,123 - WARN [turn:1:Gizmo@77] - gizmo 1 stalled", "WARN", None),
    "PostgreSQL": ("2024-05-06 12:00:00.123 CEST [77] LOG:  gizmo 1 turned", "LOG", None),
    "MySQL": ("2024-05-06T12:00:00.123456Z 0 [Warning] [MY-1] [Server] gizmo 1 turned", "Warning", "Server"),
    "Apache, errors": ("[Mon May 06 12:00:00.123456 2024] [core:error] [pid 7] gizmo 1 stalled", "error", "core"),
    "nginx, errors": ("2024/05/06 12:00:00 [error] 7#8: gizmo 1 stalled", "error", None),
    "web server, requests": ('10.9.8.7 - - [06/May/2024:12:00:00 +0200] "GET /gizmo HTTP/1.1" 200 7', None, None),
    "Redis": ("7:M 06 May 2024 12:00:00.123 * gizmo 1 turned", None, "M"),
    "Android": ("05-06 12:00:00.123  7  8 D Gizmo   : gizmo 1 turned", "D", "Gizmo   "),
    "glog": ("I0506 12:00:00.123456   7 gizmo.cc:42] gizmo 1 turned", None, "gizmo.cc:42"),
    "Windows servicing": ("2024-05-06 12:00:00, Info                  ZED    gizmo 1 turned", "Info", "ZED"),
    "supervisord": ("2024-05-06 12:00:00,123 INFO gizmo turned", "INFO", None),
    "Go": ("2024/05/06 12:00:00 gizmo 1 turned", None, None),
    "day first": ("06.05.2024 12:00:00 ERROR gizmo 1 stalled", "ERROR", None),
    "seconds since 1970": ("1714996800.123 gizmo 1 turned", None, None),
}  # fmt: skip


def trials(path: Path, *lines: str) -> Any:
    path.write_text("".join(f"{line}\n" for line in lines))
    return try_formats(list_members([path]))


@pytest.mark.parametrize(
    "name", [name for name in plugins.names("logs.formats") if name not in ("pattern", "hpc", "hadoop")]
)
def test_the_sample_of_a_format_is_told_to_be_in_it(name: str) -> None:
    best = try_formats(list_members([DATA / f"{name}.log"]))[0]
    assert best.format == name
    assert best.read == 1.0


def test_a_level_is_one_word_and_what_stands_before_it_may_be_missing(tmp_path: Path) -> None:
    stamp = "2024-05-06 12:00:0{}.123 UTC [77] {}:  gizmo turned: {} times"
    said = ("LOG", "PANIC", "ada@shop LOG", "ada@shop ERROR", "LOG")
    lines = [stamp.format(number, head, number) for number, head in enumerate(said)]
    best = trials(tmp_path / "postgresql.log", *lines)[0]
    assert best.title == "pattern (PostgreSQL)"
    sight = see_lines(
        list(list_members([tmp_path / "postgresql.log"])), best, plugins.build("logs.mining", "drain", DRAIN)
    )
    assert sight.events["level"].to_list() == ["LOG", "PANIC", "LOG", "ERROR", "LOG"]
    assert sight.events["node"].to_list() == [None, None, "ada@shop", "ada@shop", None]


def test_a_table_with_times_is_no_syslog_that_loses_what_stands_before_a_blank(tmp_path: Path) -> None:
    best = trials(tmp_path / "gizmo.csv", *(f"2024-05-06T12:00:0{n},WARN,gizmo {n} stalled" for n in range(5)))[0]
    assert (best.format, best.read) == ("plain", 1.0)


def test_there_is_a_line_of_every_known_pattern() -> None:
    assert set(LINES) == set(KNOWN_PATTERNS)


@pytest.mark.parametrize("title", LINES)
def test_a_line_of_a_known_program_is_read_with_its_fields(tmp_path: Path, title: str) -> None:
    line, level, component = LINES[title]
    best = trials(tmp_path / "a.log", line, line)[0]
    assert best.read == best.shares["time"] == 1.0
    sight = see_lines(list(list_members([tmp_path / "a.log"])), best, plugins.build("logs.mining", "drain", DRAIN))
    assert set(sight.events["level"]) == {level}
    assert set(sight.events["time"].dt.strftime("%m-%d")) == {"05-06"}
    if component:
        assert set(sight.events["component"]) == {component}


DRAIN = params()["miners"]["drain"]


def test_what_is_seen_of_a_log_has_times_levels_templates_and_what_is_odd(tmp_path: Path) -> None:
    lines = [f"2024-05-06 12:00:0{second} INFO gizmo turned" for second in (3, 1, 2)]
    found = trials(tmp_path / "a.log", *lines, "", "2024-05-06 12:00:04 ERROR gizmo stalled")
    sight = see_lines(list(list_members([tmp_path / "a.log"])), found[0], plugins.build("logs.mining", "drain", DRAIN))
    assert sight.levels == [("INFO", 3), ("ERROR", 1)]
    assert sight.lines == 5
    assert sorted(sight.templates["count"]) == [1, 3]
    assert sight.remarks["kind"].to_list() == ["empty", "backwards"]


def test_a_log_without_a_word_has_no_format(tmp_path: Path) -> None:
    assert trials(tmp_path / "a.log") == []
    assert trials(tmp_path / "a.log", "", "  ") == []


def test_the_keys_that_most_lines_have_are_guessed() -> None:
    lines = ['{"msg": "x", "ts": 1, "level": "info", "log": {"a": 1}}'] * 3 + ['{"message": "y", "ts": 1}', "no JSON"]
    assert guess_keys(lines) == {"message": "msg", "time": "ts", "level": "level"}
