"""What searches chose, beside params.yaml."""

from __future__ import annotations

from dataclasses import replace

from reporting.cells import markdown_of
from reporting.suites import with_arms

from crosslog.reporting.numbers.inputs import Inputs


def text_of(inputs: Inputs) -> str:
    return markdown_of(inputs, "hyper_parameters")


def test_a_search_has_one_row_for_all_runs_that_use_it(paper: Inputs) -> None:
    text = text_of(paper)
    assert "## On the sources of e1: old and real (weak labels)" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert rows == [
        "| crosyslog | hidden 64; rate 0.1 | hidden 128; rate 0.1235 | 2 | 1 | 1 | 0.750 | 0.250 |",
    ]
    assert text.endswith("For e1, e1p, control, controlp.\n")


def test_experiments_of_another_search_are_not_named(paper: Inputs) -> None:
    other = paper.suite.everything["e1"].model_copy(update={"tuned_on": "e2"})
    shown = with_arms(paper, {**paper.suite.everything, "e2": other})
    chosen = {**paper.chosen, ("e2", "crosyslog"): {"hidden": 32}}
    text = text_of(replace(shown, chosen=chosen))
    assert "For e1, e1p, control, controlp." in text
    assert "## On the sources of e2: old and real (weak labels)" in text
    assert "| crosyslog | hidden 64 | hidden 32 | 0 | 0 | 0 | – | – |" in text


def test_a_default_that_did_not_end_is_a_dash(paper: Inputs) -> None:
    later = replace(paper, trials=paper.trials.filter(paper.trials["trial"] > 0))
    assert "| 0.750 | – |" in text_of(later)


def test_a_run_that_tunes_nothing_says_so(inputs: Inputs) -> None:
    assert text_of(inputs).endswith(
        "No hyper-parameter is searched for in this run: every detector has those of params.yaml.\n"
    )
