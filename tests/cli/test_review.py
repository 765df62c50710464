from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cli.csvs import DONE, FREQUENT, RARE, row, written
from projects import write_params
from typer.testing import CliRunner

from crosslog import artifacts
from crosslog.cli import app
from crosslog.cli.review.rows import name_reviewer


def test_without_a_system_the_progress_of_all_is_shown(files, crosslog) -> None:
    code, output = crosslog("review")
    assert code == 0
    assert "belts ·········· 0% 1 of 1 0 0 0 0%" in output
    assert "gears ███······· 33% 2 of 3 0 0 1 5%" in output


def test_open_rows_are_listed_the_most_frequent_first(files, crosslog) -> None:
    code, output = crosslog("review", "list", "gears")
    assert code == 0
    assert "gears: 2 to review" in output
    assert 0 < output.index("The part [b] broke apart.") < output.index("The part [a] broke apart.")
    assert DONE[:8] not in output


def test_a_flagged_row_comes_before_a_frequent_one_and_a_long_list_is_cut(files, crosslog) -> None:
    crosslog("review", "edit", "gears", RARE, "The gear <*> spun.")
    crosslog("review", "reopen", "gears", RARE)
    _, output = crosslog("review", "list", "gears", "--limit", "1")
    assert "aaaaaaaa 2 x part a of gears The gear <*> spun. wildcard left" in output
    assert "bbbbbbbb" not in output
    assert "… 1 more: --limit 2" in output


def test_approving_signs_the_rows_with_name_and_time(files, crosslog) -> None:
    untouched = row(files["gears"], DONE)
    code, output = crosslog("review", "approve", "gears", "aaaa", "BBBB")
    assert (code, output.startswith("gears: 2 decided by Ada, 0 open")) == (0, True)
    signed = row(files["gears"], RARE)
    assert (signed["status"], signed["reviewer"], signed["source"]) == ("approved", "Ada", "rules")
    assert signed["reviewed_at"].endswith("+00:00")
    assert row(files["gears"], DONE) == untouched


def test_editing_replaces_the_sentence_checks_it_and_says_what_is_wrong(files, crosslog) -> None:
    _, output = crosslog("review", "edit", "gears", RARE, "The gear <*> lost a tooth.")
    edited = row(files["gears"], RARE)
    assert (edited["status"], edited["source"]) == ("edited", "person")
    assert (edited["interpretation"], edited["problems"]) == ("The gear <*> lost a tooth.", "wildcard left")
    assert output.endswith(f"{RARE}: wildcard left")


def test_rejecting_leaves_a_note_and_reopening_takes_it_back(files, crosslog) -> None:
    crosslog("review", "reject", "gears", RARE, "it is a belt")
    assert (row(files["gears"], RARE)["status"], row(files["gears"], RARE)["note"]) == ("rejected", "it is a belt")
    crosslog("review", "reopen", "gears", RARE)
    assert row(files["gears"], RARE)["status"] == "pending"


def test_a_verdict_is_written_and_what_is_judged_is_asked_no_more(files, crosslog) -> None:
    assert "gears: 2 not judged" in crosslog("review", "judge", "gears")[1]
    crosslog("review", "judge", "gears", FREQUENT, "anomalous")
    assert (row(files["gears"], FREQUENT)["verdict"], row(files["gears"], FREQUENT)["status"]) == (
        "anomalous",
        "pending",
    )
    _, output = crosslog("review", "judge", "gears")
    assert "gears: 1 not judged" in output
    assert "bbbbbbbb" not in output


def test_what_resembles_a_known_anomaly_elsewhere_is_judged_first(files, crosslog) -> None:
    crosslog("review", "judge", "belts", "dddd", "anomalous")
    vectors = {"gears": {"a": [1, 0], "b": [0, 1], "c": [0, 1]}, "belts": {"d": [1, 0]}}
    for system, told in vectors.items():
        texts = [f"The part [{letter}] broke apart." for letter in told]
        units = {"message_id": range(len(texts)), "row": range(len(texts)), "text": texts}
        units = {**units, "encoding": ["0" * 16] * len(texts), "unit_length": [True] * len(texts)}
        frame = pl.DataFrame(units, schema_overrides={"message_id": pl.UInt32, "row": pl.UInt32})
        path = artifacts.UNITS.write(frame, system=system, representation="interpretation", encoder="toy")
        artifacts.write_vectors(path.with_suffix(".npy"), np.array(list(told.values()), dtype=np.float32))
    crosslog("review", "judge", "gears", DONE, "none")
    _, output = crosslog("review", "judge", "gears")
    assert output.index("The part [a]") < output.index("The part [c]")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("approve", "gears", "f"), "0 rows have a key that starts with 'f'"),
        (("approve", "gears", RARE, "f"), "0 rows have a key that starts with 'f'"),
        (("edit", "gears", RARE, ""), "an edit needs an interpretation"),
        (("edit", "gears", RARE, "x" * 2001), "a sentence of 2,001 characters: at most 2,000 bytes"),
        (("reject", "gears", RARE, " "), "a rejection needs a note"),
        (("judge", "gears", RARE, "bad"), "verdict 'bad' is none of"),
        (("judge", "gears", RARE), "normal, anomalous, depends, or none"),
        (("list", "nowhere"), "dvc repro interpret@nowhere"),
        (("list", "../gears"), "dvc repro"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_changes_nothing(files, crosslog, words, reason: str) -> None:
    before = files["gears"].read_bytes()
    code, output = crosslog("review", *words)
    assert code == 1
    assert reason in output
    assert files["gears"].read_bytes() == before


def test_a_system_in_place_of_a_sub_command_is_told_what_to_type(files, crosslog) -> None:
    code, output = crosslog("review", "gears")
    assert (code, "crosslog review list gears" in output) == (2, True)
    assert "No such command 'cogs'" in crosslog("review", "cogs")[1]


LONG = "the pump of the northern hall " + "x" * 90 + " lost its pressure " * 30


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("review",),
        ("review", "--help"),
        *(("review", name, "--help") for name in ("list", "approve", "edit", "reject", "reopen", "judge", "serve")),
        ("review", "list", "the_third_pump_of_the_hall_in_the_north_simulated"),
        ("review", "list", "gears", "--limit", "1"),
        ("review", "judge", "the_third_pump_of_the_hall_in_the_north_simulated"),
        ("review", "list", "a_system_that_is_not_there"),
        ("review", "export", "open.csv"),
    ],
)
def test_everything_fits_80_columns(files, words: tuple[str, ...]) -> None:
    write_params(Path())
    told = [(LONG, RARE, 123_456_789), ("short", FREQUENT, 2)]
    written("the_third_pump_of_the_hall_in_the_north_simulated", [(key, n, "pending", "") for _, key, n in told], LONG)
    output = CliRunner(env={"COLUMNS": "80"}).invoke(app, words).output
    assert max(map(len, output.splitlines())) <= 80


def test_a_text_that_goes_on_ends_with_a_mark(files) -> None:
    written("pumps", [(RARE, 5, "pending", "")], LONG)
    output = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["review", "list", "pumps"]).output
    words = "".join(output.split())
    assert "".join(LONG.split())[:200] in words
    assert "los…" in words or "…" in words


def test_a_row_that_cannot_be_read_is_named_and_nothing_is_written(files, crosslog) -> None:
    broken = files["gears"].read_text(encoding="utf-8").replace("approved", "aproved")
    files["gears"].write_text(broken, encoding="utf-8")
    code, output = crosslog("review", "approve", "gears", RARE)
    assert (code, "gears.csv, line 4: status 'aproved' is none of" in output) == (1, True)
    assert files["gears"].read_text(encoding="utf-8") == broken


def test_the_reviewer_is_who_git_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet", "."], check=True)
    subprocess.run(["git", "config", "user.name", "Bo Ek"], check=True)
    assert name_reviewer(None) == "Bo Ek"
    assert name_reviewer("Ada") == "Ada"
