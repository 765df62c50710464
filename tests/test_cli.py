from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from crosslog.cli import app
from crosslog.interpretation import table

RARE, FREQUENT, DONE = "a" * 16, "b" * 16, "c" * 16
runner = CliRunner(env={"COLUMNS": "200"})


def crosslog(*words: str) -> tuple[int, str]:
    result = runner.invoke(app, words)
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture
def rows(workspace: Path) -> Path:
    """Three rows of a system that the committed params name."""
    params = (Path(__file__).parents[1] / "params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(params, encoding="utf-8")
    records = [
        dict.fromkeys(table.COLUMNS, "")
        | {"key": key, "template": f"gear {key[0]}", "example": "x", "occurrences": occurrences}
        | {"interpretation": f"Gear [{key[0]}] broke apart.", "source": "rules", "status": status}
        for key, occurrences, status in [(RARE, 2, "pending"), (FREQUENT, 90, "pending"), (DONE, 5, "approved")]
    ]
    path = table.path_of("bgl_simulated")
    path.parent.mkdir(parents=True)
    path.write_text(table.formatted(pl.DataFrame(records, schema=table.TYPES, orient="row")), encoding="utf-8")
    return path


def row(path: Path, key: str) -> dict:
    return table.read(path.read_bytes(), "").row(by_predicate=pl.col("key") == key, named=True)


def test_review_lists_open_rows_the_most_frequent_first(rows: Path) -> None:
    code, output = crosslog("review", "bgl_simulated")
    assert code == 0
    assert "2 to review" in output
    assert 0 < output.index("Gear [b] broke apart.") < output.index("Gear [a] broke apart.")
    assert DONE not in output


def test_approving_signs_the_row_with_name_and_time(rows: Path) -> None:
    others = row(rows, FREQUENT)
    code, output = crosslog("review", "bgl_simulated", "--approve", "aaaa", "--reviewer", "Ada")
    assert (code, "1 to review" in output) == (0, True)
    signed = row(rows, RARE)
    assert (signed["status"], signed["reviewer"], signed["source"]) == ("approved", "Ada", "rules")
    assert signed["reviewed_at"].endswith("+00:00")
    assert row(rows, FREQUENT) == others


def test_editing_replaces_the_sentence_and_checks_it(rows: Path) -> None:
    crosslog("review", "bgl_simulated", "--edit", RARE, "Gear <*> lost a tooth.", "--reviewer", "Ada")
    edited = row(rows, RARE)
    assert (edited["status"], edited["source"], edited["interpretation"]) == (
        "edited",
        "person",
        "Gear <*> lost a tooth.",
    )
    assert edited["problems"] == "still has a wildcard"


def test_rejecting_leaves_a_note(rows: Path) -> None:
    crosslog("review", "bgl_simulated", "--reject", RARE, "it is a belt")
    assert (row(rows, RARE)["status"], row(rows, RARE)["note"]) == ("rejected", "it is a belt")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("review", "bgl_simulated", "--approve", "f"), "0 rows have a key that starts with 'f'"),
        (("review", "bgl_simulated", "--edit", RARE, ""), "interpretation"),
        (("review", "nowhere"), "dvc repro interpret@nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_changes_nothing(
    rows: Path, words: tuple[str, ...], reason: str
) -> None:
    before = rows.read_bytes()
    code, output = crosslog(*words)
    assert code == 1
    assert reason in output
    assert rows.read_bytes() == before


def test_status_counts_rows_and_names_reports(rows: Path) -> None:
    Path("reports/metrics/e1_simulated").mkdir(parents=True)
    Path("reports/metrics/e1_simulated/exact_match.json").write_text("[]")
    code, output = crosslog("status")
    assert code == 0
    assert "bgl_simulated │ 3 │ 2 │ 1 │ 0 │ 0 │ 0" in output
    assert "thunderbird_simulated │ none yet" in output
    assert "e1_simulated: exact_match" in output
    assert "e2_simulated: no report yet" in output
