from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from format_lines import build, row

from crosslog.logs.line_format import FormatError

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "time", "level", "content"),
    [
        ("2024-05-06T07:00:08.25+02:00 ERROR a", datetime(2024, 5, 6, 5, 0, 8, 250000, tzinfo=UTC), "ERROR", "a"),
        ("[2024-05-06 07:00:08] a", datetime(2024, 5, 6, 7, 0, 8, tzinfo=UTC), None, "a"),
        ("[WARN] a", None, "WARN", "a"),
        ("ERRORS are many", None, None, "ERRORS are many"),
    ],
)
def test_plain_reads_what_a_line_starts_with(line: str, time: datetime | None, level: str | None, content: str) -> None:
    found = row("plain", line)
    assert (found["time"], found["level"], found["content"]) == (time, level, content)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (  # with a byte order mark
            "<34>1 2024-05-06T12:00:00Z h app 8 ID4 - \ufeffgizmo 7",
            (NOON, "h", "app", "critical", "gizmo 7"),
        ),
        (
            r'<165>1 2024-05-06T14:00:00.000+02:00 ::1 app - - [z@1 a="x \" \] y" b=""][q@2] gizmo',
            (NOON, "::1", "app", "notice", "gizmo"),
        ),
        ('<191>1 - - - - - [z@1 a="x"]', (None, None, None, "debug", '[z@1 a="x"]')),
        ("<0>1 - - - - - -", (None, None, None, "emergency", "")),
        ("<13>May  6 12:00:00 h zcron[3]: x", (NOON, "h", "zcron", "notice", "x")),
        ("May 6 12:00:00 h zauth(pam_z)[3]: x: y", (NOON, "h", "zauth", None, "x: y")),
        ("May  6 12:00:00 h Zed App[14]: x", (NOON, "h", "Zed App", None, "x")),
        ("May  6 12:00:00 h com.z[1] (com.z.y[2]): x", (NOON, "h", "com.z", None, "x")),
        ("May  6 12:00:00 h Zed Administrator: x", (NOON, "h", None, None, "Zed Administrator: x")),
        ("May  6 12:00:00 kernel: x", (NOON, None, "kernel", None, "x")),
        ("May  6 12:00:00 h a:", (NOON, "h", "a", None, "")),
        ("2024-05-06T12:00:00+00:00 h /usr/sbin/zd[1]: x", (NOON, "h", "zd", None, "x")),
        ("Feb 31 12:00:00 h a: x", (None, "h", "a", None, "x")),
        ("<999>May  6 12:00:00 h a: x", (NOON, "h", "a", None, "x")),
        ("<13>1 2024-05-06T12:00:00Z h app - - [z x] m", (None, None, None, None, None)),
        ("  at z.Z(z.java)", (None, None, None, None, None)),
    ],
)
def test_a_syslog_line_is_read_in_either_standard(line: str, expected: tuple[Any, ...]) -> None:
    found = row("syslog", line, year=2024)
    read_well = found["content"] is not None
    names = ("time", "node", "component", "level", "content")
    assert tuple(found[name] if read_well else None for name in names) == expected


def test_a_syslog_time_without_a_year_is_not_invented() -> None:
    assert row("syslog", "May  6 12:00:00 h a: x")["time"] is None
    assert row("syslog", "<13>1 2024-05-06T12:00:00Z h a - - - x")["time"] == NOON


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"m": "x", "t": "2024-05-06T12:00:00Z", "log": {"level": "warn"}}', (NOON, "warn", "x")),
        ('{"log.level": "warn", "log": {"level": "no"}, "m": "caf\\u00e9 \\"z\\""}', (None, "warn", 'café "z"')),
        ('{"m": 7, "t": "yesterday", "log": {"level": 30}}', (None, "30", "7")),
        ('{"m": ""}', (None, None, "")),
        ('{"m": "x"} and more', (None, None, None)),
        ('{"n": "x"}', (None, None, None)),
        ('{"m": null}', (None, None, None)),
        ("[1]", (None, None, None)),
    ],
)
def test_a_json_line_is_read_by_its_keys(line: str, expected: tuple[Any, ...]) -> None:
    found = row("jsonl", line, message="m", time="t", level="log.level")
    assert (found["time"], found["level"], found["content"]) == expected


@pytest.mark.parametrize(
    ("time_as", "value"),
    [
        ("iso", '"2024-05-06 14:00:00,000+0200"'),
        ("seconds", "1714996800"),
        ("seconds", '"1714996800.0"'),
        ("milliseconds", "1714996800000"),
    ],
)
def test_a_json_time_is_text_or_counts_from_1970(time_as: str, value: str) -> None:
    assert row("jsonl", f'{{"message": "x", "t": {value}}}', time="t", time_as=time_as)["time"] == NOON


def test_a_json_time_of_unknown_kind_is_refused() -> None:
    with pytest.raises(FormatError, match="iso, seconds or milliseconds, not 'nanoseconds'"):
        build("jsonl", time_as="nanoseconds")


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        ("<Host> <Level> <Content>", "h1   WARN x  y", ("h1", None, "WARN", "x  y")),
        (r"<Address> <Service>(\[<PID>\])?: <Content>", "h1 zd[7]: x: y", ("h1", "zd", None, "x: y")),
        (r"<Address> <Service>(\[<PID>\])?: <Content>", "h1 zd: x", ("h1", "zd", None, "x")),
        (r"<Component>\|<Content>\|<Level>", "zd|x y|WARN", (None, "zd", "WARN", "x y")),
        (r"\[<Level>\] <Content>", "WARN x", (None, None, None, None)),
    ],
)
def test_a_pattern_names_its_fields(pattern: str, line: str, expected: tuple[str | None, ...]) -> None:
    found = row("pattern", line, pattern=pattern)
    assert (found["node"], found["component"], found["level"], found["content"]) == expected


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"pattern": "<Date> <Time> <Content>", "time_format": "%Y-%m-%d %H:%M:%S"}, "2024-05-06 12:00:00 x"),
        ({"pattern": "<Month> <Date> <Time> <Content>", "time_format": "%b %d %H:%M:%S", "year": 2024},
         "May  6 12:00:00 x"),
        ({"pattern": "<Time> <Content>", "time_format": "%Y-%m-%dT%H:%M:%S%z"}, "2024-05-06T14:00:00+0200 x"),
        ({"pattern": "<Timestamp> <Date> <Content>", "time_format": "epoch", "time_fields": ["Timestamp"]},
         "1714996800 2024.05.06 x"),
    ],
)  # fmt: skip
def test_a_pattern_has_the_time_that_its_fields_say(options: dict[str, Any], line: str) -> None:
    assert row("pattern", line, **options)["time"] == NOON


def test_a_pattern_may_hold_alert_tags_and_sessions() -> None:
    pattern = "<Label> <Session> <Content>"
    assert [row("pattern", line, pattern=pattern)["label"] for line in ("- s1 x", "ZBAD s1 x")] == [None, "ZBAD"]
    assert row("pattern", "- s1 x", pattern=pattern)["session"] == "s1"
    assert row("pattern", "ZBAD x", pattern=pattern)["kept"] == "x"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pattern": "<Date> <Time>"}, "has no <Content>"),
        ({"pattern": "(<Content>"}, "no regular expression"),
        ({"pattern": "(?=z)<Content>"}, "no regular expression"),
        ({"pattern": "<A> <A> <Content>"}, "<A> is no word, or there twice"),
        ({"pattern": "<My Field> <Content>"}, "<My Field> is no word"),
        ({"pattern": "<Date> <Label> <Content>"}, "<Label> must stand first"),
        ({"pattern": "<Content>", "time_format": "%Y"}, "no time for time_format"),
        ({"pattern": "<Time> <Content>", "time_format": "%d %H:%M"}, "give year where"),
        ({"pattern": "<Time> <Content>", "time_format": "%Y", "year": 2024}, "give year where"),
        ({"pattern": "<Content>", "time_format": "%Y", "time_fields": ["Day"]}, "<Day>, which time_fields names"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        build("pattern", **options)
