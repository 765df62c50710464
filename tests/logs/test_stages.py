from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from format_lines import MIRROR
from projects import project_of

from crosslog import artifacts
from crosslog.logs.parsing.log import ParseError
from crosslog.systems import load_system
from tasks import download, parse

TOP = Path(__file__).parents[2]
LINE = "- 1140000000 2006.02.15 n1 Feb 15 10:40:00 n1/n1 zcron: gizmo 7 turned\n"


@pytest.fixture
def project(workspace: Path) -> Path:
    """A workspace with logs of one's own."""
    (workspace / "logs").mkdir()
    mine = "mine: {description: m, kind: m, format: cfdr_syslog, path: logs/*.log, labels: tag, expected: {lines: 2}}\n"
    return project_of(workspace, mine)


def test_own_logs_are_read_where_they_lie(project: Path) -> None:
    (project / "logs/a.log").write_text(LINE)
    (project / "logs/b.log").write_text("Z_BAD" + LINE[1:])
    download.main("mine")
    parse.main("mine")
    events = artifacts.EVENTS.read(system="mine")
    assert events.select("line", "label").rows() == [(1, None), (2, "Z_BAD")]
    assert artifacts.MESSAGES.read(system="mine")["text"].to_list() == ["zcron gizmo turned"]
    assert artifacts.TEMPLATES.read(system="mine")["count"].to_list() == [2]
    assert artifacts.REMARKS.read(system="mine").is_empty()
    moment = datetime(2006, 2, 15, 10, 40, tzinfo=UTC)
    assert artifacts.STATISTICS.read(system="mine").rows() == [(2, 2, 1, 1, moment, moment, 1, 1)]
    assert (project / "data/raw/mine/listing.json").is_file()


def test_a_log_with_other_counts_than_expected_leaves_no_artifact(project: Path) -> None:
    (project / "logs/a.log").write_text(LINE)
    with pytest.raises(ParseError, match="lines: expected 2, found 1"):
        parse.main("mine")
    assert [path.name for path in (project / "data").iterdir()] == ["unfinished"]


BACKWARDS, GUESSED = {"backwards"}, {"guessed_year"}
FAR = {"backwards", "far_backwards"}
DISORDER = {  # what else is remarked of a log of the mirror
    "hadoop": BACKWARDS, "hpc": FAR, "hpc_2k": FAR, "apache_2k": BACKWARDS, "linux_2k": BACKWARDS,
    "mac_2k": BACKWARDS, "zookeeper_2k": FAR, "openssh_2k": GUESSED, "android_2k": GUESSED,
    "proxifier_2k": FAR | GUESSED,
}  # fmt: skip


@pytest.mark.mirror
@pytest.mark.parametrize("system", MIRROR)
def test_a_real_log_holds_what_is_published(
    parsed_log: Callable[[str], Path], system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(parsed_log(system))
    expected, lines = load_system(system).expected, artifacts.EVENTS.read(["line"], system=system)["line"]
    remarks = {row["kind"]: row["lines"] for row in artifacts.REMARKS.read(system=system).to_dicts()}
    assert set(remarks) <= {"carriage_return", "empty", "no_final_newline", "unreadable", *DISORDER.get(system, ())}
    assert remarks.get("unreadable", 0) < 10
    assert len(lines) + remarks.get("empty", 0) == expected.lines == lines[-1]
    assert lines.is_sorted()
    assert lines.is_unique().all()


def test_labels_of_what_the_log_does_not_have_are_remarked(workspace: Path) -> None:
    (workspace / "logs").mkdir()
    (workspace / "logs/a.log").write_text(
        "081109 203615 1 INFO z.Z: has blk_1\n081109 203616 1 INFO z.Z: has nothing\n"
    )
    (workspace / "data/raw/mine").mkdir(parents=True)
    (workspace / "data/raw/mine/anomaly_label.csv").write_text(
        "BlockId,Label\nblk_1,Anomaly\nblk_9,Normal\nblk_8,Normal\n"
    )
    entry = (
        "mine: {description: mine, kind: mine, format: hdfs, files: [{name: a.log, mirror: a.log}, "
        "{name: anomaly_label.csv, mirror: l.csv, role: labels}], labels: {source: sessions}}\n"
    )
    project_of(workspace, entry)
    shutil.copy("logs/a.log", "data/raw/mine/a.log")
    parse.main("mine")
    assert artifacts.REMARKS.read(system="mine").rows() == [
        ("unlabelled", 1, 2, ""),
        ("unknown_session", 2, 0, "blk_9"),
    ]
