from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crosslog import artifacts
from crosslog.logs.parsing import ParseError
from crosslog.settings import load_system
from tasks import download, parse

TOP = Path(__file__).parents[2]
LINE = "- 1140000000 2006.02.15 n1 Feb 15 10:40:00 n1/n1 zcron: gizmo 7 turned\n"


@pytest.fixture
def project(workspace: Path) -> Path:
    """A workspace with params.yaml (running `mine` and the real logs) and a systems.yaml with `mine`."""
    params = (TOP / "params.yaml").read_text()
    params = params.replace("bgl_events: bgl", "bgl_events: bgl\n      mine: cfdr_syslog", 1)
    params = "\n".join("run: *real" if line.startswith("run: ") else line for line in params.splitlines())
    (workspace / "params.yaml").write_text(params)
    mine = "\nmine: {description: mine, kind: mine, path: logs/*.log, labels: none, expected: {lines: 2}}\n"
    (workspace / "systems.yaml").write_text((TOP / "systems.yaml").read_text() + mine)
    (workspace / "logs").mkdir()
    return workspace


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
    assert (project / "data/raw/mine/listing.json").is_file()


def test_a_log_with_other_counts_than_expected_leaves_no_artifact(project: Path) -> None:
    (project / "logs/a.log").write_text(LINE)
    with pytest.raises(ParseError, match="lines: expected 2, found 1"):
        parse.main("mine")
    assert not list((project / "data").rglob("*.parquet"))


@pytest.mark.mirror
@pytest.mark.parametrize("system", ["bgl_events", "thunderbird_19k", "hdfs_2percent", "hadoop"])
def test_a_real_log_holds_what_is_published(
    mirror: Path, project: Path, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSLOG_MIRROR", str(mirror))
    download.main(system)
    parse.main(system)
    expected, lines = load_system(system).expected, artifacts.EVENTS.read(["line"], system=system)["line"]
    remarks = {row["kind"]: row["lines"] for row in artifacts.REMARKS.read(system=system).to_dicts()}
    assert set(remarks) <= {"carriage_return", "empty", "no_final_newline"}
    assert len(lines) + remarks.get("empty", 0) == expected.lines == lines[-1]
    assert lines.is_sorted()
    assert lines.is_unique().all()
    shutil.rmtree(project / "data")
