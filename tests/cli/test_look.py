"""`crosslog look`, as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from projects import write_params

from crosslog.systems import load_system

Crosslog = Callable[..., tuple[int, str]]
LINES = "".join(f"2024-05-06 12:00:0{second} WARN gizmo [x] turned\n" for second in range(9))
SYSTEMS = "# ours\ngears: # the first\n  description: gears\n  kind: mill\n  format: bgl\n  path: a.log # where it lies"


@pytest.fixture
def project(workspace: Path) -> Path:
    write_params(workspace)
    (workspace / "systems.yaml").write_text(SYSTEMS)
    (workspace / "logs").mkdir()
    (workspace / "logs/app.log").write_text(LINES)
    (workspace / "logs/.DS_Store").write_text("x")
    return workspace


def test_look_says_what_a_log_is_and_what_to_paste(project: Path, crosslog: Crosslog) -> None:
    code, said = crosslog("look", "logs")
    assert code == 0
    for words in (
        "plain 100.0% 100.0% 100.0%",
        "9 lines, 9 events, 2024-05-06 12:00:00 to 2024-05-06 12:00:08 (UTC)",
        "levels: WARN 9",
        "1 templates, the most frequent: 9 ",
        "not read: logs/.DS_Store",
        "logs: description: logs, as crosslog look found it",
        "format: plain path: logs labels: none",
    ):
        assert words in said
    assert (project / "systems.yaml").read_text() == SYSTEMS


def test_look_adds_an_entry_and_keeps_what_is_there_with_its_comments(project: Path, crosslog: Crosslog) -> None:
    assert crosslog("look", "logs/app.log", "--add", "belts")[0] == 0
    text = (project / "systems.yaml").read_text()
    assert text.startswith(f"{SYSTEMS}\n\nbelts:\n")
    entry = load_system("belts")
    assert (entry.format, entry.path, entry.labels.source) == ("plain", "logs/app.log", "none")


@pytest.mark.parametrize(
    ("name", "words"), [("gears", "has a system 'gears' already"), ("My Log", "is no name"), ("", "is no name")]
)
def test_look_writes_over_no_entry(project: Path, crosslog: Crosslog, name: str, words: str) -> None:
    code, said = crosslog("look", "logs", "--add", name)
    assert code == 1
    assert words in said
    assert (project / "systems.yaml").read_text() == SYSTEMS


@pytest.mark.parametrize(("path", "words"), [("nothing", "is no file"), ("empty.log", "has no line with a word in it")])
def test_look_says_what_cannot_be_looked_at(project: Path, crosslog: Crosslog, path: str, words: str) -> None:
    (project / "empty.log").write_text("\n\n")
    code, said = crosslog("look", path)
    assert code == 1
    assert words in said
