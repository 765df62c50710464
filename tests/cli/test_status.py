from __future__ import annotations

from pathlib import Path

from cli.csvs import FREQUENT, written
from projects import write_params


def test_rows_are_counted_and_reports_named(workspace: Path, crosslog) -> None:
    write_params(workspace)
    written("gears", [(FREQUENT, 2, "pending", ""), ("a" * 16, 2, "approved", "")])
    Path("data/metrics/e1/honest").mkdir(parents=True)
    Path("data/metrics/e1/honest/exact_match.json").write_text("[]")
    code, output = crosslog("status")
    assert code == 0
    assert "gears │ 2 │ 1 │ 1 │ 0 │ 0 │ 0" in output
    assert "belts │ none yet" in output
    assert "e1/honest: exact_match" in output
    assert "e2/honest: no report yet" in output


def test_without_params_it_says_where_to_go(workspace: Path, crosslog) -> None:
    code, output = crosslog("status")
    assert (code, "run from the top of the repository" in output) == (1, True)
