from __future__ import annotations

from datetime import UTC, datetime

import pytest
from format_lines import build, read, row, sample

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
MACHINE = "0badcafe-0000-4000-8000-000000000001"


def test_a_bgl_line_has_utc_time_with_local_microseconds() -> None:
    line = "ALARMX 1130000037 2005.10.22 R01-M1 2005-10-22-09.53.57.001001 R01-M1 RAS KERNEL FATAL gadget 7 is lost"
    found = row("bgl", line)
    assert found["time"] == datetime(2005, 10, 22, 16, 53, 57, 1001, tzinfo=UTC)
    assert (found["node"], found["component"], found["level"]) == ("R01-M1", "KERNEL", "FATAL")
    assert (found["label"], found["content"]) == ("ALARMX", "gadget 7 is lost")


@pytest.mark.parametrize("end", ["", " "])
def test_a_bgl_line_may_say_nothing_and_know_nothing(end: str) -> None:
    head = "- 1130000037 2005.10.22 UNKNOWN_LOCATION 2005-10-22-09.53.57.001001 UNKNOWN_LOCATION RAS UNKNOWN UNKNOWN"
    found = row("bgl", head + end)
    assert found["content"] == ""
    assert [found[name] for name in ("node", "component", "level", "label")] == [None] * 4


@pytest.mark.parametrize("name", ["bgl", "cfdr_syslog"])
def test_an_unreadable_line_takes_no_alert_tag_into_its_message(name: str) -> None:
    found = row(name, "Z_FAULT 11300 cut off")
    assert (found["content"], found["kept"], found["tag"]) == (None, "11300 cut off", "Z_FAULT")


@pytest.mark.parametrize("name", ["bgl", "cfdr_syslog"])
@pytest.mark.parametrize(
    ("line", "tag"),
    [
        ("Z_FAU", "Z_FAU"),
        ("Z_FAULT ", "Z_FAULT"),
        ("Z_FAULT 1130", "Z_FAULT"),
        (" Z_FAULT  1130", "Z_FAULT"),
        ("- 1130", None),
        ("-", None),
        ("FATAL: gone", None),
        ("GIZMO turned", None),
    ],
)
def test_a_line_cut_short_keeps_the_tag_that_it_begins_with(name: str, line: str, tag: str | None) -> None:
    assert row(name, line)["tag"] == tag


BGL = "1130000037 2005.10.22 R01-M1 2005-10-22-09.53.57.001001 R01-M1 RAS KERNEL FATAL gadget 7  is lost"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        (f" - {BGL}", None),
        (f"- {BGL.replace('RAS ', 'RAS  ')}", None),
        (f"ALARMX  {BGL.replace(' FATAL', '   FATAL')}", "ALARMX"),
    ],
)
def test_a_blank_too_many_shifts_no_field_of_a_bgl_line(line: str, label: str | None) -> None:
    for found in read(build("bgl"), [f"- {BGL}", line, f"Z {BGL}"])[[1]].to_dicts():
        assert (found["label"], found["node"], found["component"], found["level"]) == (
            label,
            "R01-M1",
            "KERNEL",
            "FATAL",
        )
        assert found["content"] == "gadget 7  is lost"
        assert found["time"] is not None


@pytest.mark.parametrize("line", [BGL, f" {BGL}", f"\ufeff- {BGL}", f"alarm {BGL}", f"RAS RAS RAS RAS {BGL}"])
def test_a_bgl_line_without_a_tag_is_no_alert_of_an_empty_name(line: str) -> None:
    assert row("bgl", line)["content"] is None


def test_blanks_in_front_of_a_cfdr_line_are_read_over() -> None:
    found = row("cfdr_syslog", " Z_FAULT  1140000000 2006.02.15 n1 Feb 15 10:40:00 n1/n1 zd[3]: x")
    assert (found["label"], found["component"], found["content"]) == ("Z_FAULT", "zd", "x")


@pytest.mark.parametrize(
    ("clock", "microsecond"), [("04:00:07", 0), ("04:00:07,250", 250_000), ("04:00:07.123456789", 123_456)]
)
def test_a_hadoop_line_may_have_a_time_of_any_precision(clock: str, microsecond: int) -> None:
    found = row("hadoop", f"2016-02-03 {clock} INFO [main] z.Z: x")
    assert (found["component"], found["content"]) == ("z.Z", "x")
    assert found["time"] == datetime(2016, 2, 3, 4, 0, 7, microsecond, tzinfo=UTC)


def test_a_hadoop_line_with_a_date_in_another_way_is_no_line_of_a_trace() -> None:
    assert row("hadoop", "2016-02-03T04:00:07 INFO [main] z.Z: x")["content"] is None
    assert row("hadoop", "\tat z.Z.turn(Z.java:7)")["content"] == "\tat z.Z.turn(Z.java:7)"


@pytest.mark.parametrize(
    ("rest", "component", "content"),
    [
        ("n1/n1 zauth(pam_z)[77]: door opened", "zauth", "door opened"),
        ("n1/n1 /usr/sbin/gizmod[3]: polled", "gizmod", "polled"),
        ("n1/n1 last gadget repeated 3 times", None, "last gadget repeated 3 times"),
        ("n1/n1 Zed Administrator: all is well", None, "Zed Administrator: all is well"),
        ("n1/n1 zmaild[77]:", "zmaild", ""),
        ("n1/n1", None, ""),
    ],
)
def test_a_daemon_is_named_without_pid_and_path(rest: str, component: str | None, content: str) -> None:
    found = row("cfdr_syslog", f"- 1140000000 2006.02.15 n1 Feb  5 10:40:00 {rest}")
    assert (found["component"], found["content"]) == (component, content)
    assert (found["time"], found["level"]) == (datetime(2006, 2, 15, 10, 40, tzinfo=UTC), None)


def test_an_hdfs_line_belongs_to_its_first_block() -> None:
    found = row("hdfs", "091110 100214 102 INFO zfs.Store$Copier: Lost blk_-77 and blk_78 on /10.1.2.3:42")
    assert (found["session"], found["component"], found["level"]) == ("blk_-77", "zfs.Store$Copier", "INFO")
    assert found["time"] == datetime(2009, 11, 10, 10, 2, 14, tzinfo=UTC)
    assert found["content"] == "Lost blk_-77 and blk_78 on /10.1.2.3:42"


def test_hdfs_labels_are_read_from_their_csv() -> None:
    text = "BlockId,Label\r\nblk_1,Normal\r\nblk_-2,Anomaly\r\n"
    assert build("hdfs").session_labels(text) == {"blk_1": None, "blk_-2": "Anomaly"}
    assert build("hdfs").session_labels(text.replace(",", ";")) == {"blk_1": None, "blk_-2": "Anomaly"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("block,is_bad\nblk_1,0\n", "no column BlockId; it has block, is_bad"),
        ("", "no column BlockId; it has none"),
        ("BlockId,Label\nblk_1,Normal\nblk_2,Normal\nblk_1,Anomaly\n", "line 4: block blk_1 is labelled twice"),
        ("BlockId,Label\nblk_1,Normal\nblk_2,\n", "line 3: label '' is neither Normal nor Anomaly"),
        ("BlockId,Label\nblk_1,anomaly\n", "line 2: label 'anomaly' is neither"),
        ("BlockId,Label\nblk_1,Success\n", "line 2: label 'Success' is neither"),
        ("BlockId,Label\nblk_1,Normal \n", "line 2: label 'Normal ' is neither"),
        ("BlockId,Label\nblk_1,Normal\nBLK_2,Normal\n", "line 3: 'BLK_2' is no block such as"),
        ("BlockId,Label\n blk_2,Normal\n", "line 2: ' blk_2' is no block"),
        ("sep=;\nBlockId;Label\nblk_1;\n", "line 3: label ''"),
    ],
)
def test_an_hdfs_label_file_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build("hdfs").session_labels(text)


def test_hadoop_labels_are_the_headings_of_their_file() -> None:
    words = "About.\n\n### Words\nNormal:\n+ application_1_0001\n\nDisk full:\n+ application_1_0002\n"
    assert build("hadoop").session_labels(words + "### Ranks\nNormal:\n+ application_2_0001\n") == {
        "application_1_0001": None,
        "application_1_0002": "Disk full",
        "application_2_0001": None,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("+ application_1_0001\n", "no heading"),
        ("Normal:\n+ application_1_0001\nDisk full:\n+ application_1_0001\n", "line 4: application_1_0001 is labelled"),
        ("Normal:\n+ application_1_0001\ndisk full:\n", "line 3: heading 'disk full' is not known; known are Normal"),
        ("Normal:\n+ APPLICATION_1_0001\n", r"line 2: '\+ APPLICATION_1_0001' is no application such as"),
        ("Normal:\n+ application_1_0001, application_1_0002\n", "line 2: .* is no application"),
        ("Normal:\n+ job 1\n", "line 2: .* is no application"),
    ],
)
def test_a_hadoop_label_file_that_is_wrong_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build("hadoop").session_labels(text)


def test_a_hadoop_line_belongs_to_the_application_in_its_path() -> None:
    frame = read(build("hadoop"), sample("hadoop")[:1], member="z/application_1_0002/container_1.log")
    assert frame["session"].to_list() == ["application_1_0002"]


def test_a_state_is_part_of_what_an_hpc_line_says() -> None:
    found = row("hpc", "7001 znode-1 zhelper znode status 1714996800 -1 not answering")
    assert (found["time"], found["node"], found["component"]) == (NOON, "znode-1", "zhelper")
    assert found["content"] == "znode status not answering"
    assert row("hpc", "7001  zhelper status 1714996800 1")["node"] is None
    assert row("hpc", "7001 znode-1 zhelper status 17149.6 1 x")["content"] is None


@pytest.mark.parametrize("request_id", ["[-]", f"[req-{MACHINE} 0a 0b - - -]"])
@pytest.mark.parametrize("file", ["", "zova.log.1.2024-05-06_13:53:08 "])
def test_an_openstack_line_belongs_to_its_instance(file: str, request_id: str) -> None:
    found = row("openstack", f"{file}2024-05-06 12:00:00.000 29 INFO zova.z {request_id} [instance: {MACHINE}] Up")
    assert (found["time"], found["component"], found["level"]) == (NOON, "zova.z", "INFO")
    assert (found["session"], found["content"]) == (MACHINE, f"[instance: {MACHINE}] Up")


def test_openstack_labels_are_the_instances_that_a_text_lists() -> None:
    assert build("openstack").session_labels(f"These failed:\n\n{MACHINE}\n") == {MACHINE: "Anomaly"}
    with pytest.raises(ValueError, match="no instance"):
        build("openstack").session_labels("nothing\n")


@pytest.mark.parametrize("wrong", [MACHINE.upper(), MACHINE[:-1], "g" + MACHINE[1:]])
def test_an_openstack_instance_that_is_misspelt_is_an_error_with_its_line(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"line 2: {wrong} is no instance such as"):
        build("openstack").session_labels(f"{MACHINE}\n{wrong}\n")
