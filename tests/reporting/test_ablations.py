"""Ablations beside the main row, and what each adaptation step is worth."""

from __future__ import annotations

from dataclasses import replace

from reporting.cells import rows_below

from crosslog.reporting._inputs import Inputs
from crosslog.reporting.ablations import Ablations

MAIN = "CroSysLog, Table VII (Thunderbird), here made (simulated)"


def text_of(inputs: Inputs) -> str:
    return Ablations().render(inputs)["tables/ablations.md"]


def rows_of(inputs: Inputs, caption: str) -> list[list[str]]:
    return rows_below(text_of(inputs), caption)


def test_the_main_row_stands_above_its_ablations(paper: Inputs) -> None:
    rows = rows_of(paper, MAIN)
    assert [row[0] for row in rows] == ["E1 crosyslog", "a1 crosyslog", "a2 crosyslog", "a3 crosyslog", "a4 lstm"]
    assert [row[1] for row in rows] == ["old; real (weak labels)", "–", "old", "–", "old; real (weak labels)"]
    assert [row[9:13] for row in rows][3:] == [
        ["from BGL", "0.6341", "0.5931", "0.5871"],
        ["from Liberty and BGL", "0.1033", "1.0000", "0.1798"],
    ]


def test_an_ablation_has_numbers_under_each_protocol_that_it_runs_under(paper: Inputs) -> None:
    _, without_run, both, _, honest_only = rows_of(paper, MAIN)
    assert both[4] == both[7] == "0.988 [0.950, 1.000]"
    assert both[8] == "+0.000"
    assert without_run[2:9] == ["–"] * 7
    assert [honest_only[4], honest_only[7]] == ["0.988 [0.950, 1.000]", "–"]


def test_a_table_without_an_ablation_is_left_out_and_says_why(paper: Inputs, inputs: Inputs) -> None:
    assert "CroSysLog, Table VII (Spirit) is left out: this run has none of b1, b2, b3, b4." in text_of(paper)
    assert "CroSysLog, Table VII (Thunderbird) is left out: this run has none of a1, a2, a3, a4." in text_of(inputs)
    assert "| Ablation |" not in text_of(inputs)


def test_an_ablation_that_the_paper_prints_like_its_main_row_is_named(paper: Inputs) -> None:
    spirit = {
        "e1": paper.suite.experiments["e1"],
        "b1": paper.suite.experiments["e1"].model_copy(update={"published": "b1"}),
    }
    shown = replace(paper, suite=paper.suite.model_copy(update={"experiments": spirit, "variants": {}}))
    metrics = shown.metrics.filter(experiment="e1")
    renamed = metrics.with_columns(experiment=metrics["experiment"].replace("e1", "b1"))
    shown = replace(shown, metrics=metrics.vstack(renamed))
    assert "In the paper, b1 is E2 digit for digit." in text_of(shown)
    assert rows_of(shown, "CroSysLog, Table VII (Spirit), here made (simulated)")[0][:5] == ["E2 crosyslog", *"–" * 4]


def test_the_first_the_last_and_the_best_step_are_means_over_queries(paper: Inputs) -> None:
    first = "0.000 [0.000, 0.000]"
    last, best, gain = "0.583 [0.500, 0.667]", "0.667 [0.667, 0.667]", "0.083 [0.000, 0.167]"
    assert rows_of(paper, "By adaptation step, e1: made (simulated)") == [
        ["crosyslog", "2", first, last, best, gain],
        ["lstm", "2", first, last, best, gain],
    ]


def test_steps_are_shown_of_honest_experiments_alone(paper: Inputs, inputs: Inputs) -> None:
    assert "By adaptation step, e1p" not in text_of(paper)
    assert [row[0] for row in rows_of(inputs, "By adaptation step, e1: made (simulated)")] == ["crosyslog"]


def test_a_run_without_steps_says_so(inputs: Inputs) -> None:
    text = text_of(replace(inputs, steps=inputs.steps.clear()))
    assert text.endswith("No detector of this run adapts in steps.\n")
