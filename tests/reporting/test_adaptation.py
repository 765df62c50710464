"""F1 by adaptation step: its means, its band and its figure."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from reporting.cells import markdown_of, report_of, rows_below

from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.steps import interval, step_curve, stepwise


def svg_of(inputs: Inputs) -> str:
    return report_of(inputs, "adaptation")["figures/adaptation.svg"]


def test_f1_is_a_mean_over_the_queries_that_have_anomalies(inputs: Inputs) -> None:
    drawn = step_curve(inputs, "e1", "crosyslog")
    assert drawn.steps.tolist() == [0, 1, 2]
    assert drawn.mean == pytest.approx([0, 7 / 12, 7 / 12])
    assert drawn.low == pytest.approx([0, 1 / 2, 1 / 2])
    assert drawn.high == pytest.approx([0, 2 / 3, 2 / 3])


def test_seeds_are_averaged_before_queries_are_resampled(inputs: Inputs) -> None:
    never = inputs.steps.with_columns(seed=pl.lit(2, pl.Int64), hits=pl.lit(0, pl.UInt32))
    both = replace(inputs, steps=pl.concat([inputs.steps, never]))
    assert step_curve(both, "e1", "crosyslog").mean == pytest.approx([0, 7 / 24, 7 / 24])


def test_one_query_has_no_band(inputs: Inputs) -> None:
    alone = replace(inputs, steps=inputs.steps.filter(episode=0))
    assert np.isnan(step_curve(alone, "e1", "crosyslog").low).all()
    assert ">crosyslog<" in svg_of(alone)


def test_the_band_narrows_with_more_queries_and_comes_back(inputs: Inputs) -> None:
    values = np.random.default_rng(1).random((100, 1))
    low, high = interval(values, inputs.evaluate)
    few_low, few_high = interval(values[:5], inputs.evaluate)
    assert high - low < few_high - few_low
    assert low < values.mean() < high
    assert interval(values, inputs.evaluate) == (low, high)


def test_a_detector_whose_queries_have_no_anomaly_has_no_curve(inputs: Inputs) -> None:
    assert stepwise(inputs, "e1") == ["crosyslog"]
    assert stepwise(replace(inputs, steps=inputs.steps.filter(episode=2)), "e1") == []


def test_the_figure_has_a_panel_per_detector_and_experiment_and_says_what_the_band_is(paper: Inputs) -> None:
    svg = svg_of(paper)
    for words in ("e1: made (simulated)", "crosyslog", "lstm", "F1 0.583 at last", "step"):
        assert svg.count(f">{words}<") == (2 if words in ("F1 0.583 at last", "step") else 1)
    assert "e1p" not in svg
    assert "bands the central 95 % of the means of 1,000 resamples of episodes" in markdown_of(paper, "adaptation")
    ElementTree.fromstring(svg)


def test_the_first_the_last_and_the_best_step_are_means_over_queries(paper: Inputs) -> None:
    first = "0.000 [0.000, 0.000]"
    last, best, gain = "0.583 [0.500, 0.667]", "0.667 [0.667, 0.667]", "0.083 [0.000, 0.167]"
    assert rows_below(markdown_of(paper, "adaptation"), "By adaptation step, e1: made (simulated)") == [
        ["crosyslog", "2", first, last, best, gain],
        ["lstm", "2", first, last, best, gain],
    ]


def test_steps_are_shown_of_honest_experiments_alone(paper: Inputs, inputs: Inputs) -> None:
    assert "as published" not in markdown_of(paper, "adaptation").replace("as the paper's public", "")
    rows = rows_below(markdown_of(inputs, "adaptation"), "By adaptation step, e1: made (simulated)")
    assert [row[0] for row in rows] == ["crosyslog"]


def test_a_run_without_steps_says_so_and_has_no_figure(inputs: Inputs) -> None:
    still = replace(inputs, steps=inputs.steps.clear())
    assert markdown_of(still, "adaptation").endswith("No detector of this run adapts in steps.\n")
    assert "figures/adaptation.svg" not in report_of(still, "adaptation")
