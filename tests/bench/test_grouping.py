from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from imports import REPOSITORY

from bench._peers import LISTS, PeerError, Peers, pins
from bench._quality import measure_quality
from bench._truth import find_annotated, make_truth, read_annotated
from bench.grouping import main, parse_log
from crosslog import plugins

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


def _lines(event: str, group: list[int], parsed: list[str] | None = None) -> pl.DataFrame:
    columns = {"event": list(event), "template": [f"{one} <*>" for one in event], "group": group}
    return pl.DataFrame(columns | ({"parsed": parsed} if parsed else {}))


def test_a_line_counts_where_its_group_is_exactly_the_true_one() -> None:
    ga, fga, pa, fta = measure_quality(_lines("aaaaaabbcd", [0, 0, 0, 0, 0, 0, 1, 1, 2, 2]))
    assert ga == 0.8
    assert fga == pytest.approx(4 / 7)  # two right groups of three parsed and four true ones
    assert (pa, fta) == (None, None)


def test_a_template_counts_but_for_case_blanks_and_how_its_variables_are_written() -> None:
    parsed = ["A  x<ip address>:<*> <*>", "B <*>", "c <*>", "d"]
    ga, fga, pa, fta = measure_quality(_lines("abcd", [0, 1, 2, 2], parsed))
    assert (ga, pa) == (0.5, 0.75)
    assert fga == fta == pytest.approx(4 / 7)


def test_no_right_group_is_nought() -> None:
    assert measure_quality(_lines("ab", [0, 0], ["a", "a"])) == (0.0, 0.0, 0.0, 0.0)


def test_component_and_level_of_an_annotated_line_are_in_columns_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "Zed_2k.log_structured.csv"
    columns = {"Level": ["W", None], "Component": ["zed", "amy"], "Content": ["lamp\t1 out", ""]}
    pl.DataFrame({**columns, "EventId": ["E1", "E2"], "EventTemplate": ["lamp <*> out", ""]}).write_csv(path)
    log = read_annotated("Zed", path)
    assert log.raw == b"W\tzed\tlamp 1 out\n\tamy\t\n"
    assert log.truth["event"].to_list() == ["E1", "E2"]
    miner = plugins.build("logs.mining", "ft_tree", {"max_children": 4, "kept_words": 3, "short": 5})
    assert parse_log(log, miner, 1 << 20)["parsed"].to_list() == ["lamp <*> out", "empty message"]


def test_a_corrected_file_goes_before_the_other(tmp_path: Path) -> None:
    _write(tmp_path / "Zed_2k.log_structured.csv")
    _write(tmp_path / "new" / "Zed_2k.log_structured_corrected.csv")
    assert [path.parent.name for _, path in find_annotated(tmp_path, None)] == ["new"]


def test_a_simulated_system_knows_its_templates() -> None:
    log = next(iter(make_truth(50, 1)))
    assert len(log.truth) == log.raw.count(b"\n") == 50
    assert log.truth.filter(pl.col("template").str.contains("[{}]")).is_empty()
    assert not log.truth.filter(pl.col("template").str.contains("KERNEL INFO")).height


def test_the_report_has_a_row_per_system_their_mean_and_the_lowest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path / "Zed_2k.log_structured.csv")
    _write(tmp_path / "Amy" / "Amy_full.log_structured.csv", [("gone", "E1"), ("gone", "E2")])
    main([str(tmp_path), *_without_drain3(tmp_path), "--report", str(tmp_path / "out" / "grouping.md")])
    printed, said = capsys.readouterr()
    assert "| Amy (full) | 2 | 2 | 0.000 | 0.000 |" in printed
    assert "| Zed | 4 | 2 | 1.000 | 1.000 |" in printed
    assert "| mean |  |  | 0.500 | 0.500 |" in printed
    assert "| lowest |  |  | 0.000 | 0.000 |" in printed
    assert (tmp_path / "out" / "grouping.md").read_text(encoding="utf-8") + "\n" == printed
    assert "## Drain3" not in printed
    assert said == "Drain3 is left out: not installed\n"


def test_without_a_folder_the_truth_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--lines", "200", "--report", str(tmp_path / "grouping.md")])
    assert "| bgl (simulated) | 200 |" in capsys.readouterr().out


def _without_drain3(folder: Path) -> list[str]:
    return ["--skip-install", "--cache", str(folder / "cache")]


def test_drain3_has_its_columns_where_it_is_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        Peers(PEERS, install=False).python("drain3")
    except PeerError:
        pytest.skip("Drain3 is not in data/bench/peers: `python -m bench.grouping FOLDER` puts it there")
    _write(tmp_path / "Zed_2k.log_structured.csv")
    main([str(tmp_path), "--skip-install", "--report", str(tmp_path / "grouping.md")])
    printed = capsys.readouterr().out
    assert "## Drain3" in printed
    assert "| - | - |" in printed


def test_drain3s_script_compiles_and_its_packages_are_pinned() -> None:
    compile((LISTS / "drain3_groups.py").read_text(encoding="utf-8"), "drain3_groups.py", "exec")
    assert "drain3" in pins("drain3")


def test_only_the_systems_asked_for_are_measured(tmp_path: Path) -> None:
    _write(tmp_path / "Zed_2k.log_structured.csv")
    _write(tmp_path / "Amy_2k.log_structured.csv")
    assert [name for name, _ in find_annotated(tmp_path, ["Zed"])] == ["Zed"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--systems", "Bob"], "has no Bob; there are: Zed"),
        (["--systems", "Zed"], "has no column EventId or EventTemplate; it has: LineId, Content"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, arguments: list[str], message: str) -> None:
    pl.DataFrame({"LineId": [1], "Content": ["gone"]}).write_csv(tmp_path / "Zed_2k.log_structured.csv")
    with pytest.raises(SystemExit, match=message):
        main([str(tmp_path), *_without_drain3(tmp_path), *arguments])


def test_a_folder_without_annotated_logs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no \*_2k\.log_structured_corrected\.csv"):
        main([str(tmp_path), *_without_drain3(tmp_path)])
