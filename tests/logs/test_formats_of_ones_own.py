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
    with pytest.raises(FormatError, match="auto, iso, seconds, milliseconds, microseconds, not 'nanoseconds'"):
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


@pytest.mark.parametrize(
    ("time_format", "time", "expected"),
    [
        ("%Y-%m-%d %H:%M:%S %Z", "2024-05-06 14:00:00 CEST", NOON),
        ("%Y-%m-%d %H:%M:%S %Z", "2024-05-06 12:00:00 UTC", NOON),
        ("%Y-%m-%d %H:%M:%S %Z", "2024-05-06 14:00:00 +02:00", NOON),
        ("%Y-%m-%d %H:%M:%S,%9f", "2024-05-06 12:00:00,000001999", NOON.replace(microsecond=1)),
        ("%m-%d %H:%M:%S%.3f", "05-06 12:00:00.250", NOON.replace(microsecond=250_000)),
        ("epoch", "1714996800", NOON),
        ("epoch", "1714996800.250", NOON.replace(microsecond=250_000)),
        ("epoch", "1714996800250", NOON.replace(microsecond=250_000)),
        ("epoch", "1714996800250000", NOON.replace(microsecond=250_000)),
        ("epoch", "1714996800250000999", NOON.replace(microsecond=250_001)),
        ("epoch", "noon", None),
    ],
)
def test_a_time_of_a_pattern_may_be_written_in_many_ways(
    time_format: str, time: str, expected: datetime | None
) -> None:
    assert row("pattern", f"[{time}] x", pattern=r"\[<Time>\] <Content>", time_format=time_format)["time"] == expected


@pytest.mark.parametrize(("digits", "milliseconds"), [("7", 7), ("070", 70), ("700", 700)])
def test_milliseconds_of_a_pattern_may_lack_their_zeros(digits: str, milliseconds: int) -> None:
    found = row(
        "pattern", f"2024-05-06 12:00:00:{digits}|x", pattern=r"<Time>:<Milliseconds>\|<Content>",
        time_format="%Y-%m-%d %H:%M:%S",
    )  # fmt: skip
    assert found["time"] == NOON.replace(microsecond=milliseconds * 1000)


def test_a_blank_in_front_shifts_no_field_of_a_pattern() -> None:
    found = row("pattern", "  INFO pkg.module: x", pattern="<Level> <Component>: <Content>")
    assert (found["level"], found["component"], found["content"]) == ("INFO", "pkg.module", "x")


def test_a_tagged_line_that_a_pattern_does_not_cover_keeps_its_tag() -> None:
    assert row("pattern", "ZBAD 2024", pattern="<Label> <Time> <Node> <Content>")["tag"] == "ZBAD"
    assert row("pattern", "ZBAD 2024", pattern="<Time> <Node> <Level> <Content>")["tag"] is None


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("", 12), ("Z", 12), ("+02:00", 10), (" +0200", 10), ("-05", 17), (" CEST", 10), (" EST", 17), (" IST", 6)],
)
def test_a_zone_may_have_a_name_or_a_number(zone: str, hour: int) -> None:
    found = row("plain", f"2024-05-06 12:00:00,5{zone} ERROR x")
    half = datetime(2024, 5, 6, hour, 30 if "IST" in zone else 0, 0, 500_000, tzinfo=UTC)
    assert (found["time"], found["level"], found["content"]) == (half, "ERROR", "x")


def test_a_word_or_a_number_behind_a_time_is_no_zone() -> None:
    assert row("plain", "2024-05-06 12:00:00 ESTIMATE is -12 degrees")["content"] == "ESTIMATE is -12 degrees"
    assert row("plain", "2024-05-06 12:00:00 -12 degrees")["content"] == "-12 degrees"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"log": "gizmo turned\\n", "stream": "stderr", "time": "2024-05-06T12:00:00.000000000Z"}',
         (NOON, None, None, None, "gizmo turned")),
        ('{"MESSAGE": "x", "PRIORITY": "3", "__REALTIME_TIMESTAMP": "1714996800000000", "_HOSTNAME": "zn1", '
         '"SYSLOG_IDENTIFIER": "zd"}', (NOON, "error", "zn1", "zd", "x")),
        ('{"MESSAGE": [99, 97, 102, 233], "PRIORITY": "6"}', (None, "info", None, None, "caf\ufffd")),
        ('{"timeUnixNano": "1714996800000000000", "severityNumber": 17, "body": {"stringValue": "x"}}',
         (NOON, "error", None, None, "x")),
        ('{"@timestamp": "2024-05-06T12:00:00Z", "log": {"level": "warn", "logger": "z"}, "message": "x", '
         '"host": {"name": "zn1"}}', (NOON, "warn", "zn1", "z", "x")),
        ('{"ts": 1714996800.0, "level": "info", "msg": "x"}', (NOON, "info", None, None, "x")),
        ('{"ts": 1714996800000, "msg": "x", "log": {"a": 1}}', (NOON, None, None, None, "x")),
        ('{"n": "x"}', (None, None, None, None, None)),
    ],
)  # fmt: skip
def test_the_keys_of_common_shippers_are_known(line: str, expected: tuple[Any, ...]) -> None:
    found = row("jsonl", line)
    assert tuple(found[name] for name in ("time", "level", "node", "component", "content")) == expected


def test_a_path_of_keys_may_go_through_a_list() -> None:
    assert row("jsonl", '{"r": [{"b": "x"}]}', message="r.0.b")["content"] == "x"
    assert row("jsonl", '{"r": []}', message="r.0.b")["content"] is None


@pytest.mark.parametrize("unit", ["seconds", "milliseconds"])
def test_a_unit_that_is_given_is_kept_to(unit: str) -> None:
    assert row("jsonl", '{"message": "x", "t": 1714996800}', time="t", time_as=unit)["time"].year == (
        2024 if unit == "seconds" else 1970
    )


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
        ({"pattern": "<Time> <Content>", "time_format": "%H:%M"}, "names no day"),
        ({"pattern": "<Time> <Content>", "time_format": "%d %H:%M"}, "names no day"),
        ({"pattern": "<Time> <Content>", "time_format": "%Y", "year": 2024}, "give year only where"),
        ({"pattern": "<Content>", "join": "always"}, "join must be indented, pattern, none, not 'always'"),
        ({"pattern": "<Content>", "time_format": "%Y", "time_fields": ["Day"]}, "<Day>, which time_fields names"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        build("pattern", **options)
