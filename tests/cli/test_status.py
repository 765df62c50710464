from __future__ import annotations

from pathlib import Path

from cli.csvs import FREQUENT, written
from imports import REPOSITORY


def test_rows_are_counted_and_reports_named(workspace: Path, crosslog) -> None:
    Path("params.yaml").write_text((REPOSITORY / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    written("bgl_simulated", [(FREQUENT, 2, "pending", ""), ("a" * 16, 2, "approved", "")])
    Path("reports/metrics/e1_simulated").mkdir(parents=True)
    Path("reports/metrics/e1_simulated/exact_match.json").write_text("[]")
    code, output = crosslog("status")
    assert code == 0
    assert "bgl_simulated │ 2 │ 1 │ 1 │ 0 │ 0 │ 0" in output
    assert "thunderbird_simulated │ none yet" in output
    assert "e1_simulated: exact_match" in output
    assert "e2_simulated: no report yet" in output


def test_without_params_it_says_where_to_go(workspace: Path, crosslog) -> None:
    code, output = crosslog("status")
    assert (code, "run from the top of the repository" in output) == (1, True)
