"""Ablations beside the main row, and what each adaptation step is worth."""

from __future__ import annotations

from dataclasses import replace

from reporting.cells import markdown_of, rows_below
from reporting.suites import with_arms

from crosslog.reporting.numbers.inputs import Inputs

MAIN = "CroSysLog, Table VII (Thunderbird), here made (simulated)"


def text_of(inputs: Inputs) -> str:
    return markdown_of(inputs, "ablations")


def rows_of(inputs: Inputs, caption: str) -> list[list[str]]:
    return rows_below(text_of(inputs), caption)


def test_the_main_row_stands_above_the_ablations_that_are_run(paper: Inputs) -> None:
    rows = rows_of(paper, MAIN)
    assert [row[0] for row in rows] == ["E1 crosyslog", "a2 crosyslog", "a4 lstm"]
    assert [row[1] for row in rows] == ["old; real (weak labels)", "old", "old; real (weak labels)"]
    assert rows[2][5:7] == ["0.1798", "from Liberty and BGL"]
    assert rows[2][11:13] == ["0.1033", "1.0000"]
    assert "Not run here: a1, a3." in text_of(paper)


def test_an_ablation_has_numbers_under_each_protocol_that_it_runs_under(paper: Inputs) -> None:
    _, both, honest_only = rows_of(paper, MAIN)
    assert both[2] == both[3] == "0.988 [0.950, 1.000] ≈"
    assert both[4].startswith("+0.000")
    assert honest_only[2:5] == ["0.988 [0.950, 1.000] ≈", "–", "–"]


def test_a_table_without_an_ablation_is_left_out_and_says_why(paper: Inputs, inputs: Inputs) -> None:
    assert "CroSysLog, Table VII (Spirit) is left out: this run has none of b1, b2, b3, b4." in text_of(paper)
    assert "CroSysLog, Table VII (Thunderbird) is left out: this run has none of a1, a2, a3, a4." in text_of(inputs)
    assert "| Ablation |" not in text_of(inputs)


def test_an_ablation_that_the_paper_prints_like_its_main_row_is_named(paper: Inputs) -> None:
    spirit = {
        "e1": paper.suite.everything["e1"],
        "b1": paper.suite.everything["e1"].model_copy(update={"published": "b1"}),
    }
    shown = with_arms(paper, spirit)
    metrics = shown.metrics.filter(experiment="e1")
    renamed = metrics.with_columns(experiment=metrics["experiment"].replace("e1", "b1"))
    shown = replace(shown, metrics=metrics.vstack(renamed))
    assert "In the paper, b1 is E2 digit for digit." in text_of(shown)
    (row,) = rows_of(shown, "CroSysLog, Table VII (Spirit), here made (simulated)")
    assert row[:2] == ["b1 crosyslog", "old; real (weak labels)"]
