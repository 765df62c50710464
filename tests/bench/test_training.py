from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from bench import _spans, _ways, training
from crosslog.detection.learning.device import set_up_torch


@pytest.fixture
def small(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace without logs, and sizes that take no time."""
    monkeypatch.setattr(training, "WIDTHS", (12, 4))
    monkeypatch.setattr(training, "SPANS", (2, 2))
    monkeypatch.setattr(training, "TARGET_SPANS", (1, 2))
    monkeypatch.setattr(training, "SCORED", 1000)
    return workspace


def agree(ways: _ways.Ways) -> bool:
    return all(np.allclose(one, other, atol=1e-4) for one, other in zip(*(way() for way in ways), strict=True))


@pytest.mark.parametrize(
    "where",
    ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here"))],
)
def test_both_ways_give_the_same_slopes_and_scores(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spans, "LENGTH", 20)
    windows = _spans.made_up(12, 30, 0.5, 12)
    sources = _spans.episodes(windows, 2, (2, 2))
    set_up_torch(where)
    try:
        network = _ways.network(12, 4)
        for ways in (
            _ways.meta_training(network, sources),
            _ways.scoring(network, windows),
            _ways.scoring_apart(network, windows),
            _ways.episodes_in_turn(network, sources),
        ):
            assert agree(ways)
    finally:
        set_up_torch()


def test_slopes_that_differ_are_seen() -> None:
    one, other = (_spans.episodes(_spans.made_up(4, 30, 1.0, 12), 1, size) for size in ((2, 2), (1, 2)))
    network = _ways.network(12, 4)
    dense, ours = _ways.meta_training(network, one).dense, _ways.meta_training(network, other).ours
    assert not agree(_ways.Ways(dense, ours))


def test_a_share_of_made_up_windows_is_new() -> None:
    windows = _spans.made_up(50, 30, 0.4, 12)
    assert windows.ids.shape == (50, _spans.LENGTH)
    distinct, computed = _spans.computed([windows])
    assert distinct <= 0.4
    assert computed <= distinct


def test_a_log_is_read_a_text_per_message(tmp_path: Path) -> None:
    events = pl.DataFrame({"message_id": [3, 0, 3], "anomalous": [True, False, False]})
    events.with_columns(pl.col("message_id").cast(pl.UInt32)).write_parquet(tmp_path / "part-00000.parquet")
    windows = _spans.of_log(tmp_path, 12)
    assert windows.ids.tolist() == [[3, 0, 3]]
    assert windows.labels.tolist() == [[True, False, False]]
    assert windows.table.shape == (4, 12)


def test_episodes_lie_side_by_side() -> None:
    windows = _spans.made_up(10, 30, 1.0, 12)
    first, last = _spans.episodes(windows, 2, (2, 3))
    assert np.array_equal(first.support.ids, windows.ids[:2])
    assert np.array_equal(first.query.ids, windows.ids[2:5])
    assert np.array_equal(last.query.ids, windows.ids[7:])


def test_the_report_has_a_row_for_each_case_and_no_path(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = small / "training.md"
    training.main(["--repeat", "1", "--episodes", "2", "--report", str(report)])
    text = report.read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == text.strip()
    assert text.count("| meta-step | made up") == 2
    assert "| score 1,000 events, no prefix shared | made up |" in text
    assert "| 2 episodes | made up |" in text
    assert "1 thread for both" in text
    assert "networks on the CPU" in text
    assert "## The whole of E1" not in text
    assert str(small) not in text


def test_the_whole_of_an_experiment_stands_beside_what_is_published(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_ways, "META_STEPS", 2)
    report = small / "training.md"
    training.main(["--repeat", "1", "--episodes", "1", "--whole", "--report", str(report)])
    _, _, section = report.read_text(encoding="utf-8").partition("## The whole of E1")
    lines = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line] for line in lines]
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("meta-training, 2 meta-steps", "6.54"),
        ("20 episodes adapted to and scored", "0.63"),
    ]
    assert all(float(row[1]) >= 0 for row in rows[1:])


def test_a_gpu_is_waited_for_before_and_after_what_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(training, "current_device", lambda: training.torch.device("cuda:1"))
    monkeypatch.setattr(training.torch.cuda, "synchronize", lambda gpu: done.append(str(gpu)))
    training._seconds(lambda: done.append("timed") or [])
    assert done == ["cuda:1", "timed", "cuda:1"]


def test_results_that_differ_end_in_an_error_that_names_them(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = _ways.scoring

    def wrong(given: _ways.Network, windows: training.Windows) -> _ways.Ways:
        events = dataclasses.replace(windows.events, units=np.roll(windows.events.units, 1))
        other = dataclasses.replace(windows, events=events)
        return _ways.Ways(right(given, windows).dense, right(given, other).ours)

    monkeypatch.setattr(_ways, "scoring", wrong)
    with pytest.raises(SystemExit, match="score 1,000 events, made up"):
        training.main(["--repeat", "1", "--episodes", "1", "--report", str(small / "training.md")])
