"""The paper's main tables under both protocols, and the control: literal numbers in, literal cells out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest
from reporting.cells import markdown_of, rows_below
from reporting.suites import with_arms

from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.papers.protocols import gap_cell
from crosslog.reporting.papers.runs import Runs

Numbers = tuple[float, float, float]
BEST = "**0.988** [0.950, 1.000]"
HONEST, PUBLISHED = "0.900 [0.850, 0.950]", "0.988 [0.950, 1.000]"


def text_of(inputs: Inputs) -> str:
    return markdown_of(inputs, "effectiveness")


def rows_of(inputs: Inputs, caption: str) -> list[list[str]]:
    return rows_below(text_of(inputs), caption)


def with_f1(inputs: Inputs, numbers: Mapping[str, Numbers]) -> Inputs:
    """The same, with another F1 of crosyslog in some experiments."""
    metrics = inputs.metrics
    for name, values in numbers.items():
        here = (
            (pl.col("experiment") == name)
            & (pl.col("detector") == "crosyslog")
            & (pl.concat_str("level", "metric", "threshold", separator=" ") == "event f1 fixed")
        )
        columns = zip(("value", "low", "high"), values, strict=True)
        metrics = metrics.with_columns(
            pl.when(here).then(value).otherwise(column).alias(column) for column, value in columns
        )
    return replace(inputs, metrics=metrics)


MAIN = "CroSysLog, Table IV (Thunderbird), here made (simulated)"


def test_a_method_stands_under_both_protocols_beside_the_paper(paper: Inputs) -> None:
    row = rows_of(with_f1(paper, {"e1": (0.5, 0.4, 0.6), "e1p": (0.75, 0.7, 0.8)}), MAIN)[0]
    assert row == [
        "crosyslog", "old; real (weak labels)",
        "0.500 [0.400, 0.600] ≈", "0.750 [0.700, 0.800] ≈", "+0.250 [−0.111, +0.077]",
        "0.9755", "from Liberty and BGL",
        HONEST, HONEST, HONEST, HONEST, "0.9699", "0.9817",
        "2 of 2", "2 of 2",
    ]  # fmt: skip


def test_a_published_number_that_is_lower_has_a_negative_gap(paper: Inputs) -> None:
    assert rows_of(with_f1(paper, {"e1p": (0.75, 0.7, 0.8)}), MAIN)[0][4].startswith("−0.238 [")


def test_rows_are_the_papers_in_its_order_and_then_ours(paper: Inputs) -> None:
    assert [row[0] for row in rows_of(paper, MAIN)] == ["crosyslog", "logtad", "keyword", "lstm"]


def test_what_is_printed_and_not_run_is_a_sentence_and_no_row(paper: Inputs) -> None:
    absent = "Printed in CroSysLog, Table IV, and not run here: metalog from Liberty, F1 0.4584; metalog from BGL, F1"
    assert absent in text_of(paper)


def test_a_method_of_one_source_is_the_run_on_that_source(paper: Inputs) -> None:
    row = rows_of(paper, MAIN)[1]
    assert row[:3] == ["logtad", "old", f"{PUBLISHED} ≈"]
    assert row[5:7] == ["0.2773", "from Liberty"]
    assert row[11:13] == ["0.1649", "0.9091"]


def test_a_method_in_two_settings_has_each_in_its_name(paper: Inputs) -> None:
    third = paper.suite.everything["a2"].model_copy(update={"published": "a3"})
    names = [row[0] for row in rows_of(with_arms(paper, {**paper.suite.everything, "a2p": third}), MAIN)]
    assert names == ["crosyslog", "logtad, from Liberty", "logtad, from BGL", "keyword", "lstm"]


def test_a_method_of_one_source_on_all_sources_is_ours_and_names_the_one(paper: Inputs) -> None:
    def also_logtad(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.vstack(frame.filter(experiment="e1", detector="lstm").with_columns(detector=pl.lit("logtad")))

    alone = with_arms(paper, {"e1": paper.suite.everything["e1"]}, "crosyslog", "logtad")
    run = replace(alone, metrics=also_logtad(paper.metrics), audits=also_logtad(paper.audits))
    row = rows_of(run, MAIN)[-1]
    assert row[:2] == ["logtad", "old"]
    assert row[3:5] == row[7:9] == ["–", "–"]


def test_an_audit_counts_and_says_below_what_it_refuses(paper: Inputs) -> None:
    bad = pl.col("experiment").is_in(["e1p", "a2p"]) & (pl.col("detector") != "logtad")
    failed = replace(paper, audits=paper.audits.with_columns(passed=~bad))
    rows = rows_of(failed, MAIN)
    assert rows[0][-2:] == ["2 of 2", "0 of 2: spans are disjoint, …"]
    assert rows[1][-2:] == ["2 of 2", "2 of 2"]
    assert (
        "The audit refuses: spans are disjoint (as published: crosyslog); "
        "query labels are withheld (as published: crosyslog)."
    ) in text_of(failed)
    everywhere = replace(paper, audits=paper.audits.with_columns(passed=pl.col("check") != "spans are disjoint"))
    assert "The audit refuses: spans are disjoint (honest: all, as published: all)." in text_of(everywhere)
    assert "refuses" not in text_of(paper)


def test_a_control_with_a_higher_published_f1_says_by_how_much(paper: Inputs) -> None:
    shown = with_f1(paper, {"control": (0.05, 0.03, 0.07), "controlp": (0.21, 0.16, 0.26)})
    assert rows_of(shown, "Control: E1 with labels shuffled") == [
        ["crosyslog", "0.050 [0.030, 0.070]", "0.210 [0.160, 0.260]", "+0.160 [−0.111, +0.077]"],
        ["logtad", PUBLISHED, PUBLISHED, "+0.000 [−0.111, +0.077]"],
    ]
    assert (
        "With labels shuffled, where there is nothing to learn, the published protocol gives crosyslog an F1 of "
        "0.210 [0.160, 0.260] where the honest one gives 0.050 [0.030, 0.070], 0.160 more: that much of a published F1 "
        "is protocol.\n"
    ) in text_of(shown)


def test_a_control_shows_what_choosing_the_step_adds_on_the_same_spans(paper: Inputs) -> None:
    own = paper.steps.filter(experiment="e1", detector="crosyslog")
    shown = replace(paper, steps=own.with_columns(experiment=pl.lit("control")))
    (row,) = rows_of(shown, "By adaptation step, e1, labels shuffled: made (simulated)")
    assert row[0] == "crosyslog"
    assert row[-1].startswith("0.083 [")
    assert "On the honest spans alone" in text_of(shown)
    assert "By adaptation step" not in text_of(paper)


def test_a_control_with_a_lower_published_f1_says_the_opposite(paper: Inputs) -> None:
    shown = with_f1(paper, {"control": (0.21, 0.16, 0.26), "controlp": (0.15, 0.1, 0.2)})
    assert (
        "an F1 of 0.150 [0.100, 0.200] where the honest one gives 0.210 [0.160, 0.260], 0.060 less: here the published "
        "protocol does not flatter. The intervals overlap.\n"
    ) in text_of(shown)


def test_a_control_that_is_the_same_says_so(paper: Inputs) -> None:
    assert "where the honest one gives 0.988 [0.950, 1.000]: the protocol makes no difference here.\n" in text_of(paper)


@pytest.mark.parametrize("protocol", ["honest", "published"])
def test_a_control_under_one_protocol_has_a_dash_and_no_verdict(paper: Inputs, protocol: str) -> None:
    left = {
        name: each for name, each in paper.suite.everything.items() if each.labels == "own" or each.protocol == protocol
    }
    shown = with_arms(paper, left)
    cells = [PUBLISHED, "–"] if protocol == "honest" else ["–", PUBLISHED]
    assert rows_of(shown, "Control: E1 with labels shuffled")[0] == ["crosyslog", *cells, "–"]
    assert "With labels shuffled," not in text_of(shown)


def test_an_undefined_f1_has_no_gap(paper: Inputs) -> None:
    bare = replace(paper, metrics=paper.metrics.with_columns(value=pl.lit(None, pl.Float64)))
    assert gap_cell(bare, Runs("e1", "e1p"), "crosyslog").text == "–"
    assert gap_cell(paper, Runs("e1", None), "crosyslog").text == "–"


def test_a_small_run_has_no_row_and_no_column_of_dashes(inputs: Inputs) -> None:
    assert rows_of(inputs, MAIN) == [
        ["crosyslog", "old", BEST, "0.9755", "from Liberty and BGL", HONEST, HONEST, "0.9699", "0.9817", "2 of 2"],
        ["logtad", "old", f"{PUBLISHED} ≈", "–", "–", HONEST, HONEST, "–", "–", "2 of 2"],
    ]
    text = text_of(inputs)
    assert "CroSysLog, Table V (Spirit) is left out: no experiment of this run stands for E2." in text
    assert "This run has no control with shuffled labels." in text
    assert "> **Simulated:** made." in text


def test_a_run_that_repeats_no_paper_says_so(inputs: Inputs) -> None:
    other = {"e3": inputs.suite.everything["e3"]}
    text = text_of(with_arms(inputs, other))
    assert "CroSysLog, Table IV (Thunderbird) is left out: no experiment of this run stands for E1." in text
    assert "| Detector |" not in text
