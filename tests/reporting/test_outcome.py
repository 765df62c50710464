"""What came out: who is best, whether that is more than chance, what a protocol's leaks are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from reporting.cells import markdown_of, report_of, rows_below
from reporting.suites import with_arms

from crosslog.reporting.numbers.arms import Arms
from crosslog.reporting.numbers.differences import compare_detectors, compare_protocols, rank_detectors
from crosslog.reporting.numbers.inputs import Inputs, Measure

F1 = Measure("event", "f1", "fixed")
Values = Mapping[tuple[str, str], Sequence[float]]


def with_resamples(inputs: Inputs, values: Values, folds: int = 8) -> Inputs:
    """Other resamples of F1; the number itself is their mean."""
    f1 = (pl.col("level") == "event") & (pl.col("metric") == "f1") & (pl.col("threshold") == "fixed")
    metrics, resamples = inputs.metrics.with_columns(folds=pl.lit(folds)), dict(inputs.resamples)
    for (name, detector), numbers in values.items():
        here = f1 & (pl.col("experiment") == name) & (pl.col("detector") == detector)
        metrics = metrics.with_columns(value=pl.when(here).then(float(np.mean(numbers))).otherwise("value"))
        resamples[name, detector] = {(*F1,): np.array(numbers)}
    return replace(inputs, metrics=metrics, resamples=resamples)


def with_all_published(paper: Inputs) -> Inputs:
    """The same with every method of e1 as published too."""
    both = {arm: paper.suite.everything[arm] for arm in ("e1", "e1p")}

    def doubled(frame: pl.DataFrame) -> pl.DataFrame:
        own = frame.filter(experiment="e1")
        return own.vstack(own.with_columns(experiment=pl.lit("e1p")))

    frames = {name: doubled(getattr(paper, name)) for name in ("metrics", "audits", "curves")}
    return replace(with_arms(paper, both, "keyword", "crosyslog", "lstm"), **frames)


@pytest.fixture
def three(paper: Inputs) -> Inputs:
    """keyword, which is trivial, crosyslog and lstm on e1: crosyslog ahead of keyword in each of four resamples."""
    return with_resamples(
        with_all_published(paper),
        {
            ("e1", "keyword"): (0.40, 0.50, 0.60, 0.50),
            ("e1", "crosyslog"): (0.50, 0.60, 0.70, 0.60),
            ("e1", "lstm"): (0.55, 0.50, 0.75, 0.56),
            ("e1p", "crosyslog"): (0.90, 0.80, 0.90, 0.80),
            ("e1p", "keyword"): (0.50, 0.50, 0.50, 0.50),
            ("e1p", "lstm"): (0.61, 0.61, 0.61, 0.61),
        },
    )


def test_a_difference_that_is_the_same_in_every_resample_is_more_than_chance(three: Inputs) -> None:
    difference = compare_detectors(three, "e1", ("crosyslog", "keyword"), F1)
    assert difference[:3] == pytest.approx((0.1, 0.1, 0.1), abs=1e-6)
    assert difference.told is True
    # Their own intervals, .41 to .59 and .51 to .69, overlap: only in pairs is it seen.


def test_a_difference_of_either_sign_is_chance(three: Inputs) -> None:
    assert compare_detectors(three, "e1", ("crosyslog", "lstm"), F1).told is False


def test_with_five_folds_nothing_is_told(three: Inputs) -> None:
    few = replace(three, metrics=three.metrics.with_columns(folds=pl.lit(5)))
    assert compare_detectors(few, "e1", ("crosyslog", "keyword"), F1).told is None
    assert "over too few episodes or targets to say whether it is chance" in markdown_of(few, "outcome")
    assert "≈" not in markdown_of(few, "comparison").replace("≈: not told", "")


def test_blocks_of_one_query_are_enough(three: Inputs) -> None:
    one = replace(three, metrics=three.metrics.with_columns(folds=pl.lit(1), resampled=pl.lit("blocks")))
    assert compare_detectors(one, "e1", ("crosyslog", "keyword"), F1).told is True


def test_a_number_without_resamples_is_compared_and_not_judged(three: Inputs) -> None:
    bare = replace(three, resamples={})
    difference = compare_detectors(bare, "e1", ("crosyslog", "keyword"), F1)
    assert difference.value == pytest.approx(0.1)
    assert difference.told is None


def test_spans_of_two_protocols_are_not_the_same_so_resamples_are_not_paired(three: Inputs) -> None:
    alike = with_resamples(three, {("e1p", "crosyslog"): (0.5, 0.6, 0.7, 0.6)})
    difference = compare_protocols(alike, ("e1p", "e1"), "crosyslog", F1)
    assert difference.value == pytest.approx(0)
    low, high = difference.low or 0, difference.high or 0
    assert low < -0.05 < 0.05 < high


def test_the_best_and_what_is_tied_with_it_are_marked(three: Inputs) -> None:
    standing = rank_detectors(three, "e1", F1, ("keyword", "crosyslog", "lstm"))
    assert standing == ("crosyslog", ("lstm",), True)
    rows = rows_below(markdown_of(three, "comparison"), "Events")
    assert [row[1].split()[0] for row in rows] == ["0.500", "**0.600**", "0.590"]
    assert [row[1].endswith("≈") for row in rows] == [False, False, True]


def test_the_headline_has_best_method_trivial_one_verdict_and_leaks(three: Inputs) -> None:
    text = markdown_of(three, "outcome")
    assert (
        "- **e1 (old + real (weak labels) → made (simulated)):** best is **crosyslog** with F1 0.600 [0.950, 1.000], "
        "not told apart from lstm. The best trivial method is **keyword** at 0.500 [0.950, 1.000]: a difference of "
        "+0.100 [+0.100, +0.100], more than chance. The published protocol's leaks are worth +0.020 to the median "
        "method (+0.000 to keyword, +0.250 to crosyslog; 1 of 3 by more than chance)."
    ) in text


def test_what_one_method_gains_is_said_with_its_interval(paper: Inputs) -> None:
    one = with_resamples(paper, {("e1p", "crosyslog"): (1.5, 1.5, 1.5, 1.5)})
    assert "The published protocol's leaks are worth +0.512 [+0.500, +0.614] to crosyslog." in markdown_of(
        one, "outcome"
    )


def test_a_trivial_method_that_leads_is_said_to_lead(three: Inputs) -> None:
    turned = with_resamples(three, {("e1", "keyword"): (0.9, 0.9, 0.9, 0.9)})
    assert "the trivial one is ahead of every method, by more than chance (−0.300 [" in markdown_of(turned, "outcome")


def test_the_table_has_a_row_per_measure_and_no_ablation_or_control(three: Inputs) -> None:
    rows = rows_below(markdown_of(three, "outcome"), "The best methods")
    assert [row[0] for row in rows] == [
        "e1: F1 of events", "e1: AUPRC of events", "e1: recall of types at 10 % false ones",
        "e1: recall of unseen types at 10 % false ones",
    ]  # fmt: skip
    assert rows[0][1:5] == ["crosyslog", "0.600 [0.950, 1.000]", "lstm", "keyword"]
    assert rows[0][6:8] == ["+0.100 [+0.100, +0.100]", "yes"]


def test_words_are_explained_before_they_are_used(three: Inputs) -> None:
    text = markdown_of(three, "outcome")
    for word in ("episode", "support", "query", "type", "F1", "trivial"):
        first = text.lower().index(word.lower())
        assert first < text.index("- **e1") or word in ("type", "trivial")
    assert text.index("A type is a distinct message") < text.index("recall of types")
    assert "Trivial methods transfer nothing: all_positive, keyword, level, hints, exact_match" in text


def test_a_run_without_a_trivial_method_names_the_best_alone(inputs: Inputs) -> None:
    text = markdown_of(inputs, "outcome")
    assert "best is **crosyslog** with F1 0.988 [0.950, 1.000], not told apart from logtad.\n" in text
    assert "trivial method is" not in text


def test_a_run_without_an_honest_experiment_says_so(paper: Inputs) -> None:
    only = with_arms(paper, {"e1p": paper.suite.everything["e1p"]})
    assert markdown_of(only, "outcome").endswith("This run has no experiment under the honest protocol.\n")


def test_the_arms_of_an_experiment_are_those_that_differ_in_protocol_and_labels_alone(paper: Inputs) -> None:
    assert paper.groups == {
        "e1": Arms("e1", "e1p", "control", "controlp"),
        "a2": Arms("a2", "a2p"),
    }
    assert paper.main == ["e1"]


def test_two_experiments_that_are_the_same_stand_each_for_itself(paper: Inputs) -> None:
    twins = dict.fromkeys(("e1", "again"), paper.suite.everything["e1"])
    assert with_arms(paper, twins).groups == {"e1": Arms("e1"), "again": Arms("again")}


def test_the_picture_has_every_method_and_what_it_reaches_as_published(three: Inputs) -> None:
    svg = report_of(three, "outcome")["figures/outcome.svg"]
    for words in ("keyword", "crosyslog", "lstm", "F1 of events", "e1"):
        assert f">{words}<" in svg
    assert svg.count('class="soft-dot"') == 3
