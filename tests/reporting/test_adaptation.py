"""F1 by adaptation step: its means, its band and its figure."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from crosslog.reporting._adaptation import curve, interval, stepwise
from crosslog.reporting._inputs import Inputs
from crosslog.reporting.adaptation import Adaptation


def svg_of(inputs: Inputs) -> str:
    return Adaptation().render(inputs)["figures/adaptation.svg"]


def test_f1_is_a_mean_over_the_queries_that_have_anomalies(inputs: Inputs) -> None:
    drawn = curve(inputs, "e1", "crosyslog")
    assert drawn.steps.tolist() == [0, 1, 2]
    assert drawn.mean == pytest.approx([0, 7 / 12, 7 / 12])
    assert drawn.low == pytest.approx([0, 1 / 2, 1 / 2])
    assert drawn.high == pytest.approx([0, 2 / 3, 2 / 3])


def test_seeds_are_averaged_before_queries_are_resampled(inputs: Inputs) -> None:
    never = inputs.steps.with_columns(seed=pl.lit(2, pl.Int64), hits=pl.lit(0, pl.UInt32))
    both = replace(inputs, steps=pl.concat([inputs.steps, never]))
    assert curve(both, "e1", "crosyslog").mean == pytest.approx([0, 7 / 24, 7 / 24])


def test_one_query_has_no_band(inputs: Inputs) -> None:
    alone = replace(inputs, steps=inputs.steps.filter(episode=0))
    assert np.isnan(curve(alone, "e1", "crosyslog").low).all()
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


def test_the_figure_names_experiments_detectors_and_what_the_band_is(paper: Inputs) -> None:
    svg = svg_of(paper)
    for words in ("e1", "made (simulated)", "crosyslog", "lstm", "gradient steps on the support"):
        assert f">{words}<" in svg
    assert "Bands: the central 95 % of the means of 1,000 resamples of episodes." in svg
    assert ">e1p<" not in svg
    ElementTree.fromstring(svg)


def test_the_figure_is_the_same_to_the_byte(paper: Inputs) -> None:
    assert svg_of(paper) == svg_of(paper)


def test_a_run_without_steps_has_a_figure_that_says_so(inputs: Inputs) -> None:
    assert ">No detector of this run adapts in steps.<" in svg_of(replace(inputs, steps=inputs.steps.clear()))
