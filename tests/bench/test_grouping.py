from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from imports import REPOSITORY

from bench._peers import LISTS, PeerError, Peers, pins
from bench.grouping import annotated, files, main, quality

PEERS = REPOSITORY / "data/bench/peers"

LINES = [
    ("gizmo 1 turned left at 10.0.0.1", "E1"),
    ("gizmo 22 turned left at gw.zed.example.com", "E1"),
    ('lamp "a, b" is out', "E2"),
    ("gizmo 22 turned left at gw.zed.example.com", "E1"),
]


def _write(path: Path, lines: list[tuple[str, str]] = LINES) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {
        "LineId": range(1, len(lines) + 1),
        "Content": [content for content, _ in lines],
        "EventId": [event for _, event in lines],
        "EventTemplate": ["<*>"] * len(lines),
    }
    pl.DataFrame(columns).write_csv(path)


def test_a_line_counts_where_its_group_is_exactly_the_true_one() -> None:
    pairs = pl.DataFrame({"event": ["a", "a", "b", "c", "d"], "group": [0, 0, 1, 2, 2], "lines": [4, 2, 2, 1, 1]})
    accuracy, f1 = quality(pairs)
    assert accuracy == 0.8
    assert f1 == pytest.approx(4 / 7)  # two right groups of three predicted and four true ones


def test_no_right_group_is_nought() -> None:
    assert quality(pl.DataFrame({"event": ["a", "b"], "group": [0, 0], "lines": [1, 1]})) == (0.0, 0.0)


def test_distinct_pairs_come_in_first_seen_order_with_their_counts(tmp_path: Path) -> None:
    _write(tmp_path / "Zed_2k.log_structured.csv")
    frame = annotated(tmp_path / "Zed_2k.log_structured.csv")
    assert frame.select("content", "event", "lines").rows() == [(*LINES[0], 1), (*LINES[1], 2), (*LINES[2], 1)]
    assert frame["text"][0] == "gizmo turned left at ip address"


def test_the_report_has_a_row_per_system_and_their_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "Zed_2k.log_structured.csv")
    _write(tmp_path / "Amy" / "Amy_full.log_structured.csv", [("gone", "E1"), ("gone", "E2")])
    main([str(tmp_path), *_without_drain3(tmp_path), "--report", str(tmp_path / "out" / "grouping.md")])
    printed, said = capsys.readouterr()
    assert "| Amy (full) | 2 | 2 | 0.000 | 0.000 |" in printed
    assert "| Zed | 4 | 2 | 1.000 | 1.000 |" in printed
    assert "| mean |  |  | 0.500 | 0.500 |" in printed
    assert (tmp_path / "out" / "grouping.md").read_text(encoding="utf-8") + "\n" == printed
    assert "Drain3: GA" not in printed
    assert said == "Drain3 is left out: not installed\n"


def _without_drain3(folder: Path) -> list[str]:
    return ["--skip-install", "--cache", str(folder / "cache")]


def test_drain3_has_its_columns_where_it_is_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        Peers(PEERS, install=False).python("drain3")
    except PeerError:
        pytest.skip("Drain3 is not in data/bench/peers: `python -m bench.grouping FOLDER` puts it there")
    _write(tmp_path / "Zed_2k.log_structured.csv")
    main([str(tmp_path), "--skip-install", "--report", str(tmp_path / "grouping.md")])
    assert "| Drain3: GA | FGA | Drain3, masked: GA | FGA |" in capsys.readouterr().out


def test_drain3s_script_compiles_and_its_packages_are_pinned() -> None:
    compile((LISTS / "drain3_groups.py").read_text(encoding="utf-8"), "drain3_groups.py", "exec")
    assert "drain3" in pins("drain3")


def test_only_the_systems_asked_for_are_measured(tmp_path: Path) -> None:
    _write(tmp_path / "Zed_2k.log_structured.csv")
    _write(tmp_path / "Amy_2k.log_structured.csv")
    assert [name for name, _ in files(tmp_path, ["Zed"])] == ["Zed"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--systems", "Bob"], "has no Bob; there are: Zed"),
        (["--systems", "Zed"], "has no column EventId; it has: LineId, Content"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, arguments: list[str], message: str) -> None:
    pl.DataFrame({"LineId": [1], "Content": ["gone"]}).write_csv(tmp_path / "Zed_2k.log_structured.csv")
    with pytest.raises(SystemExit, match=message):
        main([str(tmp_path), *_without_drain3(tmp_path), *arguments])


def test_a_folder_without_annotated_logs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no \*_2k\.log_structured\.csv"):
        main([str(tmp_path), *_without_drain3(tmp_path)])
