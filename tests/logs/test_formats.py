from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crosslog import plugins, schemas
from crosslog.logs.line_format import FIELDS

FORMATS = plugins.names("logs.formats")
DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_reads_its_sample_line_by_line(name: str, parse: Callable[..., Any]) -> None:
    sample = DATA / f"{name}.log"
    events, parser = parse([sample], name)
    schemas.Events.validate(events)
    assert events["line"].to_list() == list(range(1, len(sample.read_text().splitlines()) + 1))
    assert set(parser.remarks()["kind"]) <= {"unlabelled"}
    assert events["time"].drop_nulls().is_sorted()
    assert events["time"].null_count() < len(events) / 2


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_all_fields(name: str) -> None:
    assert set(plugins.load("logs.formats", name).columns) == set(FIELDS)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "odd", [b"\xff\xfe\xfd", b"x\0y", b"-", b"- ", b" leading blank", b"a b c d e f g h i j k", b"\xe2\x98"]
)
def test_an_odd_line_is_kept_and_shifts_nothing(name: str, odd: bytes, parse_bytes: Callable[..., Any]) -> None:
    good = (DATA / f"{name}.log").read_bytes().splitlines()[0]
    events, _ = parse_bytes(b"\n".join([good, odd, good]), name)
    schemas.Events.validate(events)
    assert events["line"].to_list() == [1, 2, 3]
    assert events["message_id"][0] == events["message_id"][2]


Rows = Callable[..., pl.DataFrame]


@pytest.fixture
def rows(parse_bytes: Callable[..., Any]) -> Rows:
    def read(name: str, *lines: str) -> pl.DataFrame:
        events, parser = parse_bytes("\n".join(lines).encode() + b"\n", name)
        return events.join(
            parser.messages().select("message_id", "text"), on="message_id", how="left", maintain_order="left"
        )

    return read


def test_a_bgl_line_has_utc_time_with_local_microseconds(rows: Rows) -> None:
    line = "ALARMX 1130000037 2005.10.22 R01-M1 2005-10-22-09.53.57.001001 R01-M1 RAS KERNEL FATAL gadget 7 is lost"
    row = rows("bgl", line).row(0, named=True)
    assert row["time"] == datetime(2005, 10, 22, 16, 53, 57, 1001, tzinfo=UTC)
    assert (row["node"], row["component"], row["level"]) == ("R01-M1", "KERNEL", "FATAL")
    assert (row["label"], row["anomalous"], row["text"]) == ("ALARMX", True, "kernel fatal gadget is lost")


def test_a_bgl_line_may_say_nothing_and_know_nothing(rows: Rows) -> None:
    head = "- 1130000037 2005.10.22 UNKNOWN_LOCATION 2005-10-22-09.53.57.001001 UNKNOWN_LOCATION RAS UNKNOWN UNKNOWN"
    events = rows("bgl", head, f"{head} ", f"{head} 12 <*>")
    assert events["text"].to_list() == ["empty message"] * 3
    assert events.select(pl.col("node", "component", "level", "label").null_count()).row(0) == (3, 3, 3, 3)


@pytest.mark.parametrize("name", ["bgl", "cfdr_syslog"])
def test_an_unreadable_line_takes_no_alert_tag_into_its_message(name: str, rows: Rows) -> None:
    row = rows(name, "Z_FAULT 11300 cut off").row(0, named=True)
    assert (row["text"], row["label"], row["anomalous"], row["time"]) == ("cut off", None, False, None)


@pytest.mark.parametrize(
    ("rest", "component", "text"),
    [
        ("n1/n1 zauth(pam_z)[77]: door opened", "zauth", "zauth door opened"),
        ("n1/n1 /usr/sbin/gizmod[3]: polled", "gizmod", "gizmod polled"),
        ("n1/n1 last gadget repeated 3 times", None, "last gadget repeated times"),
        ("n1/n1 Zed Administrator: all is well", None, "zed administrator all is well"),
        ("n1/n1 zmaild[77]:", "zmaild", "zmaild"),
        ("n1/n1", None, "empty message"),
    ],
)
def test_a_daemon_is_named_without_pid_and_path(rest: str, component: str | None, text: str, rows: Rows) -> None:
    row = rows("cfdr_syslog", f"- 1140000000 2006.02.15 n1 Feb  5 10:40:00 {rest}").row(0, named=True)
    assert (row["component"], row["text"]) == (component, text)
    assert (row["time"], row["level"]) == (datetime(2006, 2, 15, 10, 40, tzinfo=UTC), None)


def test_an_hdfs_line_belongs_to_its_first_block(rows: Rows) -> None:
    line = "091110 100214 102 INFO zfs.Store$Copier: Lost blk_-77 and blk_78 on /10.1.2.3:42"
    row = rows("hdfs", line).row(0, named=True)
    assert (row["session"], row["component"], row["level"]) == ("blk_-77", "zfs.Store$Copier", "INFO")
    assert row["time"] == datetime(2009, 11, 10, 10, 2, 14, tzinfo=UTC)
    assert row["text"] == "zfs store copier info lost block id and block id on ip address"


def test_hdfs_labels_are_read_from_their_csv() -> None:
    assert plugins.load("logs.formats", "hdfs")().session_labels("BlockId,Label\nblk_1,Normal\nblk_-2,Anomaly\n") == {
        "blk_1": None,
        "blk_-2": "Anomaly",
    }


def test_an_hdfs_label_file_with_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="BlockId and Label"):
        plugins.load("logs.formats", "hdfs")().session_labels("block,is_bad\nblk_1,0\n")


def test_hadoop_labels_are_the_headings_of_their_file() -> None:
    words = "About.\n\n### Words\nNormal:\n+ application_1_0001\n\nDisk full:\n+ application_1_0002\n"
    text = words + "### Ranks\nNormal:\n+ application_2_0001\n"
    assert plugins.load("logs.formats", "hadoop")().session_labels(text) == {
        "application_1_0001": None,
        "application_1_0002": "Disk full",
        "application_2_0001": None,
    }


def test_a_hadoop_label_without_a_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="no heading"):
        plugins.load("logs.formats", "hadoop")().session_labels("+ application_1_0001\n")


def test_lines_of_a_stack_trace_have_the_time_of_the_line_before_in_their_file(
    tmp_path: Path, parse: Callable[..., Any]
) -> None:
    for number, content in enumerate(
        [b"2016-02-03 04:00:00,250 INFO [main] org.zed.App: up\n\tat zed\n", b"\tat zed\n"]
    ):
        folder = tmp_path / f"application_5_000{number}"
        folder.mkdir()
        (folder / "c.log").write_bytes(content)
    events, _ = parse(sorted(tmp_path.rglob("*.log")), "hadoop", chunk_bytes=8)
    moment = datetime(2016, 2, 3, 4, 0, 0, 250_000, tzinfo=UTC)
    assert events["time"].to_list() == [moment, moment, None]
    assert events["session"].to_list() == ["application_5_0000", "application_5_0000", "application_5_0001"]
    assert events["component"].to_list() == ["org.zed.App", None, None]


def test_a_plain_line_is_read_as_far_as_it_can_be(rows: Rows) -> None:
    events = rows(
        "plain",
        "no time here",
        "2024-05-06T07:00:08.5+02:00 ERROR gizmo stalled",
        "2024-05-06 05:00:09,123456789 [WARN]: slow",
        "<34>May  6 07:02:10 zhost zjobd[2]: job done",
    )
    at = datetime(2024, 5, 6, 5, 0, 8, 500_000, tzinfo=UTC)
    later = datetime(2024, 5, 6, 5, 0, 9, 123_456, tzinfo=UTC)
    assert events["time"].to_list() == [None, at, later, later]
    assert events["level"].to_list() == [None, "ERROR", "WARN", None]
    assert events.select("node", "component").row(3) == ("zhost", "zjobd")
    assert events["text"].to_list() == ["no time here", "error gizmo stalled", "warn slow", "zjobd job done"]
