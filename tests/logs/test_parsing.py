from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crosslog import plugins, schemas
from crosslog.logs.parsing.facts import MOST_LABELS, Facts, Tally
from crosslog.logs.parsing.log import ParseError, check_log, compare_counts, summarise_log
from crosslog.logs.parsing.passes import read_chunk
from crosslog.logs.reading import ReadingError, cut_chunks, find_files, list_members
from crosslog.systems import Expected

GOOD = b"- 1140000000 2006.02.15 n1 Feb 15 10:40:00 n1/n1 zcron: gizmo 7 turned"
SYSLOG = plugins.load("logs.formats", "cfdr_syslog")()
DATA = Path(__file__).parents[1] / "data"


def remarks(parser: object) -> dict[str, tuple[int, int]]:
    frame = schemas.Remarks.validate(parser.remarks)
    return {kind: (lines, first) for kind, lines, first, _ in frame.rows()}


def test_bad_bytes_are_counted_and_the_line_is_read(parse_bytes: Callable[..., Any]) -> None:
    content = b"\n".join([GOOD, GOOD + b" caf\xe9", GOOD + b" a\0b\r", b"", b"  \r", b"nonsense"])
    events, parser = parse_bytes(content, "cfdr_syslog")
    assert events["line"].to_list() == [1, 2, 3, 6]
    assert events["component"].to_list() == ["zcron", "zcron", "zcron", None]
    assert parser.messages["text"].to_list() == [
        "zcron gizmo turned",
        "zcron gizmo turned caf",
        "zcron gizmo turned a b",
        "nonsense",
    ]
    assert remarks(parser) == {
        "not_utf8": (1, 2),
        "nul": (1, 3),
        "carriage_return": (2, 3),
        "empty": (2, 4),
        "unreadable": (1, 6),
        "no_final_newline": (1, 6),
    }
    assert parser.log.lines == 6


@pytest.mark.parametrize("name", ["bgl", "cfdr_syslog", "hdfs", "hadoop", "plain", "syslog"])
@pytest.mark.parametrize("chunk_bytes", [1, 400, 1777])
def test_the_result_does_not_depend_on_where_chunks_are_cut(
    name: str, chunk_bytes: int, parse: Callable[..., Any]
) -> None:
    whole, one = parse([DATA / f"{name}.log"], name)
    cut, many = parse([DATA / f"{name}.log"], name, chunk_bytes)
    assert whole.equals(cut)
    assert one.messages.equals(many.messages)
    assert one.templates.equals(many.templates)


def test_gz_and_zip_are_read_like_the_plain_file(tmp_path: Path, parse: Callable[..., Any]) -> None:
    sample = DATA / "bgl.log"
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(sample.read_bytes()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(sample, "in/bgl.log")
    plain, _ = parse([sample], "bgl")
    assert plain.equals(parse([tmp_path / "a.log.gz"], "bgl", 500)[0])
    assert plain.equals(parse([tmp_path / "a.zip"], "bgl", 500)[0])


def test_lines_are_numbered_through_all_members_in_name_order(tmp_path: Path, parse: Callable[..., Any]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("z.log", b"last\n")
        archive.writestr("b.log", b"first\nsecond without newline")
        archive.writestr("folder/", b"")
    events, parser = parse([tmp_path / "a.zip"], "plain")
    assert events["line"].to_list() == [1, 2, 3]
    assert parser.messages["text"].to_list() == ["first", "second without newline", "last"]


def test_a_gz_cut_short_is_an_error_that_names_it(tmp_path: Path, parse: Callable[..., Any]) -> None:
    path = tmp_path / "cut.log.gz"
    path.write_bytes(gzip.compress(b"some line\n" * 9000)[:-20])
    with pytest.raises(ReadingError, match=r"cut\.log\.gz is cut short or damaged"):
        parse([path], "plain")


def test_a_zip_that_is_none_is_an_error_that_names_it(tmp_path: Path, parse: Callable[..., Any]) -> None:
    path = tmp_path / "not.zip"
    path.write_bytes(b"hello")
    with pytest.raises(ReadingError, match=r"not\.zip is cut short or damaged"):
        parse([path], "plain")


def test_too_many_unreadable_lines_are_an_error_that_says_where(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(GOOD + b"\nnonsense\n", "cfdr_syslog")
    check_log(parser.log, 0.5, SYSLOG, None)
    with pytest.raises(ParseError, match=r"1 of 2 lines \(50.0%\).*CfdrSyslog.*line 2: 'nonsense'"):
        check_log(parser.log, 0.4, SYSLOG, None)


def test_a_log_without_lines_is_an_error(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(b"\n\n", "plain")
    with pytest.raises(ParseError, match="no event in 2 lines"):
        check_log(parser.log, 0.5, SYSLOG, None)


def test_a_part_that_is_not_there_is_an_error_that_says_what_is(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(GOOD + b"\n" + GOOD + b"\n", "cfdr_syslog")
    check_log(parser.log, 0.5, SYSLOG, (9, 10))
    with pytest.raises(ParseError, match="lines 9 to 11 were asked for, 2 of them are there"):
        check_log(parser.log, 0.5, SYSLOG, (9, 11))


def test_other_counts_than_expected_are_an_error_with_both_numbers(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(b"Z_BAD" + GOOD[1:] + b"\n" + GOOD + b"\n", "cfdr_syslog")
    compare_counts(parser.log, parser.tally, Expected(lines=2, anomalous=1, sessions=0))
    with pytest.raises(ParseError, match="anomalous: expected 1,234, found 1"):
        compare_counts(parser.log, parser.tally, Expected(lines=2, anomalous=1234))


def test_events_have_the_label_of_their_session_and_others_are_counted(
    tmp_path: Path, parse: Callable[..., Any]
) -> None:
    (tmp_path / "z.log").write_bytes(
        b"".join(b"091110 100000 1 INFO z.Z: has blk_%d\n" % block for block in (1, 2, 3, 2))
    )
    events, parser = parse([tmp_path / "z.log"], "hdfs", chunk_bytes=40, labels={"blk_1": None, "blk_2": "Anomaly"})
    assert events["label"].to_list() == [None, "Anomaly", None, "Anomaly"]
    compare_counts(parser.log, parser.tally, Expected(lines=4, anomalous=2, sessions=3, anomalous_sessions=1))
    assert remarks(parser) == {"unlabelled": (1, 3)}


def test_a_path_to_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="no file"):
        find_files(str(tmp_path / "*.log"))


def test_messages_and_templates_count_events_and_keep_the_first_line(parse_bytes: Callable[..., Any]) -> None:
    names = ["red", "blue", "red", "green", "red"]
    content = "".join(f"the gizmo number {n} of user {name} turned\n" for n, name in enumerate(names)).encode()
    events, parser = parse_bytes(content, "plain", chunk_bytes=50)
    messages, templates = schemas.Messages.validate(parser.messages), schemas.Templates.validate(parser.templates)
    assert messages.select("text", "count", "first_line").rows() == [
        ("the gizmo number of user red turned", 3, 1),
        ("the gizmo number of user blue turned", 1, 2),
        ("the gizmo number of user green turned", 1, 4),
    ]
    assert templates.select("template", "example", "count", "first_line").rows() == [
        ("the gizmo number <*> of user <*> turned", "the gizmo number 0 of user red turned", 5, 1)
    ]
    assert events["message_id"].to_list() == [0, 1, 0, 2, 0]
    assert templates["key"].to_list() == ["bb5d6ecc0969eb2e"]


def test_facts_come_back_from_json_as_they_were(parse_bytes: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "own.log").write_bytes(GOOD + b"\n\nnonsense")
    (chunk,) = cut_chunks(list_members([tmp_path / "own.log"]), 1 << 20)
    _, facts = read_chunk(chunk, SYSLOG)
    assert facts.remarks
    assert Facts.from_json(json.loads(json.dumps(facts.as_json()))) == facts


@pytest.mark.parametrize("chunk_bytes", [1, 200, 1 << 20])
def test_statistics_count_kinds_of_label_and_span_all_times(chunk_bytes: int, parse_bytes: Callable[..., Any]) -> None:
    lines = [
        GOOD,
        b"Z_BAD" + GOOD[1:].replace(b"1140000000", b"1140000009"),
        b"A_BAD" + GOOD[1:].replace(b"1140000000", b"1139999999").replace(b"turned", b"stopped"),
        b"",
        b"Z_BAD" + GOOD[1:],
    ]
    _, parser = parse_bytes(b"\n".join(lines), "cfdr_syslog", chunk_bytes)
    frame = schemas.Statistics.validate(summarise_log(parser.log, parser.tally, parser.messages, parser.templates))
    (row,) = frame.rows()
    assert row[:4] == (5, 4, 3, 2)
    assert row[4:6] == (datetime(2006, 2, 15, 10, 39, 59, tzinfo=UTC), datetime(2006, 2, 15, 10, 40, 9, tzinfo=UTC))
    assert row[6:] == (2, parser.templates.height)


def test_a_log_without_times_or_labels_has_none_in_its_statistics(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(b"gears turn\ngears stop\n", "plain")
    frame = schemas.Statistics.validate(summarise_log(parser.log, parser.tally, parser.messages, parser.templates))
    assert frame.select("events", "labels", "first_time", "last_time").rows() == [(2, 0, None, None)]


def test_sessions_have_few_kinds_of_label_however_many_they_are(tmp_path: Path, parse: Callable[..., Any]) -> None:
    (tmp_path / "z.log").write_bytes(b"".join(b"091110 100000 1 INFO z.Z: has blk_%d\n" % block for block in range(99)))
    labels = {f"blk_{block}": "Anomaly" if block % 2 else None for block in range(99)}
    _, parser = parse([tmp_path / "z.log"], "hdfs", chunk_bytes=400, labels=labels)
    assert parser.tally.labels == ["Anomaly"]
    assert len(parser.tally.sessions) == 99


def test_a_tally_is_the_same_in_whatever_order_parts_are_added() -> None:
    parts = [
        Tally(anomalous=2, labels=["b", "c"], first_time=5, last_time=9),
        Tally(anomalous=0),
        Tally(anomalous=1, labels=["a"], first_time=7, last_time=11),
    ]
    for ordered in (parts, parts[::-1]):
        whole = Tally()
        for part in ordered:
            whole.add(part)
        assert whole == Tally(anomalous=3, labels=["a", "b", "c"], first_time=5, last_time=11)


def test_a_tally_keeps_no_more_labels_than_it_may() -> None:
    whole = Tally()
    for start in (MOST_LABELS // 2, 0):
        whole.add(Tally(labels=[f"{number:06d}" for number in range(start, start + MOST_LABELS)]))
    assert whole.labels == [f"{number:06d}" for number in range(MOST_LABELS)]


def test_a_tally_comes_back_from_json_as_it_was(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(b"Z_BAD" + GOOD[1:] + b"\n" + GOOD, "cfdr_syslog")
    assert parser.tally.labels == ["Z_BAD"]
    assert Tally(**json.loads(json.dumps(vars(parser.tally)))) == parser.tally


def test_a_line_without_a_time_inherits_it_across_chunks_but_not_across_files(
    tmp_path: Path, parse: Callable[..., Any]
) -> None:
    (tmp_path / "a.log").write_text("2020-01-01 00:00:01 gears turn\nat once\n\nand again\n")
    (tmp_path / "b.log").write_text("no time yet\n2020-01-01 00:00:09 gears stop\n")
    for chunk_bytes in (1, 30, 1000):
        events, _ = parse([tmp_path / "a.log", tmp_path / "b.log"], "plain", chunk_bytes)
        seconds = [None if time is None else time.second for time in events["time"]]
        assert seconds == [1, 1, 1, None, 9]


def test_two_components_that_say_the_same_share_a_template_and_not_a_text(parse_bytes: Callable[..., Any]) -> None:
    events, parser = parse_bytes(GOOD + b"\n" + GOOD.replace(b"zcron", b"zmail") + b"\n", "cfdr_syslog")
    assert parser.messages["text"].to_list() == ["zcron gizmo turned", "zmail gizmo turned"]
    assert parser.templates.select("template", "example", "count").rows() == [
        ("gizmo <*> turned", GOOD.decode().removeprefix("- "), 2)
    ]
    assert events["template_id"].to_list() == [0, 0]


def test_messages_that_mean_something_else_in_their_numbers_are_two(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(b"zed: status: 503\nzed: status: 200\nzed: status: 204\n", "plain")
    assert parser.messages["text"].to_list() == ["zed status", "zed status"]
    assert parser.templates["template"].to_list() == ["zed: status: 5xx", "zed: status: <*>"]
