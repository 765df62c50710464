from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from format_lines import build

from crosslog.logs.parsing.labels import (
    LabelError,
    LabelTable,
    find_unknown_lines,
    find_unknown_sessions,
    label_events,
    read_label_table,
)
from crosslog.logs.reading import Member, find_files, list_members
from crosslog.systems import Labels, load_systems

SYSTEMS = Path(__file__).parents[2] / "systems.yaml"
LINES = {
    "source": "lines",
    "file": "*_weak.csv",
    "line_column": "LineId",
    "label_column": "Kind",
    "normal": 0,
    "kinds": {1: "security", 2: "hardware"},
}
HADOOP = "Normal:\n+ application_1_0001\nDisk full:\n+ application_1_0002\n"
BLOCKS = "BlockId,Label\nblk_1,Normal\nblk_2,Anomaly\n"


def events(sessions: list[str | None], labels: list[str | None] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "line": range(1, len(sessions) + 1),
            "session": sessions,
            "label": labels or [None] * len(sessions),
        },
        schema={"line": pl.UInt64, "session": pl.String, "label": pl.String},
    )


def given(folder: Path, **files: str) -> list[Member]:
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(text.encode())
    return list(list_members(find_files(str(folder))))


def table(folder: Path, text: str, **labels: Any) -> LabelTable:
    return read_label_table(Labels.model_validate(LINES | labels), build("plain"), given(folder, z_weak__csv=text))


def test_a_tag_is_the_label_of_its_line() -> None:
    found = label_events(events([None, None], ["ZBAD", None]), read_label_table(Labels(source="tag"), build("bgl"), []))
    assert found.select("label", "anomalous", "named").rows() == [("ZBAD", True, True), (None, False, True)]


def test_without_labels_a_tag_means_nothing() -> None:
    found = label_events(events([None], ["ZBAD"]), read_label_table(Labels(source="none"), build("bgl"), []))
    assert found.select("label", "anomalous", "named").rows() == [(None, False, True)]


def test_a_line_has_the_label_of_its_session_and_what_no_label_names_is_told(tmp_path: Path) -> None:
    found = read_label_table(
        Labels(source="sessions"), build("hdfs"), given(tmp_path, anomaly_label__csv=BLOCKS, a__log="")
    )
    frame = label_events(events(["blk_2", "blk_1", "blk_3", None, "blk_2"]), found)
    assert frame["line"].to_list() == [1, 2, 3, 4, 5]
    assert frame.select("label", "anomalous", "named").rows() == [
        ("Anomaly", True, True),
        (None, False, True),
        (None, False, False),
        (None, False, False),
        ("Anomaly", True, True),
    ]
    assert find_unknown_sessions(found, {"blk_2", "blk_3"}) == ["blk_1"]
    assert find_unknown_lines(found, 1) == []


def test_a_file_that_lists_only_what_failed_leaves_other_sessions_normal(tmp_path: Path) -> None:
    bad, good = "0badcafe-0000-4000-8000-000000000001", "0badcafe-0000-4000-8000-000000000002"
    found = read_label_table(
        Labels(source="sessions"), build("openstack"), given(tmp_path, anomaly_labels__txt=f"{bad}\n")
    )
    frame = label_events(events([good, bad, None]), found)
    assert frame.select("anomalous", "named").rows() == [(False, True), (True, True), (False, False)]


CORRECTIONS = {"swapped": {"application_1_0001": "Disk full", "application_1_0002": "Normal"}, "other": {}}


@pytest.mark.parametrize(
    ("apply", "kinds"),
    [([], [None, "Disk full"]), (["other"], [None, "Disk full"]), (["swapped"], ["Disk full", None])],
)
def test_disputed_labels_are_corrected_only_where_asked(
    apply: list[str], kinds: list[str | None], tmp_path: Path
) -> None:
    labels = Labels.model_validate({"source": "sessions", "corrections": CORRECTIONS, "apply": apply})
    found = read_label_table(labels, build("hadoop"), given(tmp_path, abnormal_label__txt=HADOOP))
    assert found.frame["kind"].to_list() == kinds


def test_a_correction_of_a_session_that_is_not_labelled_is_an_error(tmp_path: Path) -> None:
    labels = Labels(source="sessions", corrections={"slip": {"application_1_0003": "Normal"}})
    with pytest.raises(LabelError, match=r"corrections\.slip names application_1_0003"):
        read_label_table(labels, build("hadoop"), given(tmp_path, abnormal_label__txt=HADOOP))


def test_two_files_that_contradict_each_other_are_an_error(tmp_path: Path) -> None:
    files = given(tmp_path, a_label__csv=BLOCKS, b_label__csv="BlockId,Label\nblk_2,Normal\n")
    with pytest.raises(LabelError, match=r"b_label\.csv: session blk_2 has another label"):
        read_label_table(Labels(source="sessions"), build("hdfs"), files)


def test_a_label_file_that_is_missing_or_wrong_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"no label file \*label\*\.csv among 0 files"):
        read_label_table(Labels(source="sessions"), build("hdfs"), [])
    with pytest.raises(LabelError, match=r"a_label\.csv: it has no column BlockId; it has a, b"):
        read_label_table(Labels(source="sessions"), build("hdfs"), given(tmp_path, a_label__csv="a,b\n1,2\n"))
    with pytest.raises(LabelError, match="Plain reads no file that labels"):
        read_label_table(Labels(source="sessions"), build("plain"), [])


def test_lines_are_labelled_by_number(tmp_path: Path) -> None:
    found = table(tmp_path, "\ufeffLineId,Kind\r\n3,2\r\n1,0\r\n5,1\r\n")
    frame = label_events(events(["s", None, None], ["ZBAD"] * 3), found)
    assert frame.select("label", "anomalous", "named").rows() == [
        (None, False, True),
        (None, False, False),
        ("hardware", True, True),
    ]
    assert find_unknown_lines(found, 3) == [5]
    assert find_unknown_sessions(found, set()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("LineId,Kind\n1,0\nx,0\n", r"z_weak\.csv, line 3: 'x' is no line number from 1"),
        ("LineId,Kind\n,0\n", "line 2: '' is no line number"),
        ("LineId,Kind\n1.5,0\n", r"line 2: '1\.5' is no line number"),
        ("LineId,Kind\n0,0\n", "line 2: '0' is no line number"),
        ("LineId,Kind\n-1,0\n", "line 2: '-1' is no line number"),
        ("LineId,Kind\n4,0\n5,0\n4,1\n", "line 4: line 4 is labelled a second time"),
        (
            "LineId,Kind\n1,9\n",
            r"label '9' is not known; known are 0 \(normal\), 1 \(security\), 2 \(hardware\)",
        ),
        ("LineId,Kind\n1,\n", "line 2: label '' is not known"),
        ("Line,Kind\n1,0\n", "has no column LineId; it has Line, Kind"),
        ("", "has no column LineId; it has none"),
        ("LineId,Kind\n1,0,0\n", "is no CSV"),
    ],
)
def test_a_label_csv_that_is_wrong_is_an_error_with_its_row(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=message):
        table(tmp_path, text)


def test_an_event_of_several_lines_has_the_label_of_any_of_them(tmp_path: Path) -> None:
    found = table(tmp_path, "LineId,Kind\n1,0\n2,0\n3,2\n4,0\n6,1\n8,1\n")
    frame = events([None] * 3).with_columns(
        line=pl.Series([1, 4, 5], dtype=pl.UInt64), lines=pl.Series([3, 1, 2], dtype=pl.UInt32)
    )
    assert label_events(frame, found).select("label", "anomalous", "named").rows() == [
        ("hardware", True, True),
        (None, False, True),
        ("security", True, True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "LineId;Kind\r\n3;2\r\n1;0\r\n",
        "LineId\tKind\n3\t2\n1\t0\n",
        "sep=;\r\nLineId;Kind\r\n3;2\r\n1;0\r\n",
        'LineId,Kind\n3,"2"\n\n1, 0 \n\n',
    ],
)
def test_a_label_csv_may_be_saved_by_a_spreadsheet_of_any_country(text: str, tmp_path: Path) -> None:
    assert table(tmp_path, text).frame.rows() == [(3, "hardware"), (1, None)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("LineId,Kind\n1,0\n\n\n2,0\n3,9\n", 6),
        ('LineId,Kind,Note\n1,0,"a\nb\nc"\n2,9,x\n', 5),
        ("sep=;\nLineId;Kind\n1;0\n2;9\n", 4),
    ],
)
def test_an_error_in_a_label_csv_names_the_line_of_the_file(text: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=rf"z_weak\.csv, line {line}: label '9' is not known"):
        table(tmp_path, text)


def test_line_numbers_need_a_single_file(tmp_path: Path) -> None:
    files = given(tmp_path, a_weak__csv="LineId,Kind\n1,0\n", b_weak__csv="LineId,Kind\n1,0\n")
    with pytest.raises(LabelError, match="2 files match"):
        read_label_table(Labels.model_validate(LINES), build("plain"), files)


def test_a_table_travels_to_a_worker(tmp_path: Path) -> None:
    found = table(tmp_path, "LineId,Kind\n1,1\n")
    copy = pickle.loads(pickle.dumps(found))
    assert (copy.source, copy.frame.rows()) == (found.source, [(1, "security")])


@pytest.mark.mirror
@pytest.mark.parametrize(("apply", "anomalous"), [([], 44), (["issue_56"], 43)])
def test_hadoop_has_its_published_labels_and_its_disputed_ones(mirror: Path, apply: list[str], anomalous: int) -> None:
    labels = load_systems(SYSTEMS)["hadoop"].labels.model_copy(update={"apply": tuple(apply)})
    frame = read_label_table(labels, build("hadoop"), list(list_members([mirror / "loghub/Hadoop.zip"]))).frame
    assert (len(frame), len(frame) - frame["kind"].null_count()) == (55, anomalous)


@pytest.mark.mirror
@pytest.mark.parametrize(
    "system", [name for name, entry in load_systems(SYSTEMS).items() if entry.labels.source == "lines"]
)
def test_weak_labels_name_every_line_of_their_sample(mirror: Path, system: str, tmp_path: Path) -> None:
    entry = load_systems(SYSTEMS)[system]
    for file in entry.files:
        (tmp_path / file.name).write_bytes((mirror / str(file.mirror)).read_bytes())
    frame = read_label_table(entry.labels, build("plain"), list(list_members(find_files(str(tmp_path))))).frame
    assert sorted(frame["line"].to_list()) == list(range(1, 2001))
    assert len(frame) - frame["kind"].null_count() == entry.expected.anomalous
