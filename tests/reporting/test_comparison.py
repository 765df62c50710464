"""The comparison in Markdown, in a terminal, and beside the papers' numbers."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import polars as pl
from reporting.cells import markdown_of
from reporting.suites import with_arms
from rich.console import Console

from crosslog.reporting.document.terminal import terminal_table
from crosslog.reporting.numbers.inputs import Inputs


def text_of(inputs: Inputs) -> str:
    """The chapter, without the links of its rows."""
    return re.sub(r"\[(\w+)\]\([^)]*\)", r"\1", markdown_of(inputs, "comparison"))


def with_failure(inputs: Inputs) -> Inputs:
    broken = (
        (pl.col("experiment") == "e1") & (pl.col("detector") == "logtad") & (pl.col("check").str.starts_with("query"))
    )
    return replace(
        inputs,
        audits=inputs.audits.with_columns(
            pl.col("passed") & ~broken,
            pl.when(broken).then(pl.lit("labels of 3 query events")).otherwise("detail").alias("detail"),
        ),
    )


def test_a_number_has_three_digits_and_its_interval(inputs: Inputs) -> None:
    assert "| crosyslog | **0.988** [0.950, 1.000] | **0.900** [0.850, 0.950] |" in text_of(inputs)


def test_an_undefined_number_is_a_dash(inputs: Inputs) -> None:
    assert "| crosyslog | 0.900 [0.850, 0.950] | – | **0.900**" in text_of(inputs)


def test_simulated_targets_and_weak_labels_are_marked(inputs: Inputs) -> None:
    text = text_of(inputs)
    assert "## e1: old → made (simulated)" in text
    assert "## e3: old → real (weak labels)" in text
    assert "> **Simulated:** made." in text
    assert "made is simulated: the two do not compare" in text


def test_the_papers_numbers_stand_beside_the_methods_they_are_of(inputs: Inputs) -> None:
    first, second = text_of(inputs).split("## e3")
    assert "| Paper (E1): F1 (P, R) |" in first
    assert "| 0.9755 (0.9699, 0.9817) |" in first
    assert "0.2773 (0.1649, 0.9091) from Liberty; 0.4952 (0.3353, 0.9864) from BGL" in first
    assert "Paper" not in second


def test_a_title_says_protocol_and_shuffled_labels(paper: Inputs) -> None:
    titles = [line for line in text_of(paper).splitlines() if line.startswith("### ")]
    both = "old + real (weak labels) → made (simulated)"
    assert titles == [
        f"### e1: {both}",
        f"### e1: {both}, as published",
        "### a2: old → made (simulated)",
        "### a2: old → made (simulated), as published",
        f"### e1: {both}, labels shuffled",
        f"### e1: {both}, as published, labels shuffled",
    ]


def test_a_variant_has_the_rows_of_its_own_detectors(paper: Inputs) -> None:
    variant = text_of(paper).split("## a2: ")[1].split("## ")[1].split("\n\n")[1]
    assert [line.split(" | ")[0] for line in variant.splitlines() if line.startswith("| ")][2:] == [
        "| crosyslog",
        "| logtad",
    ]


def test_a_control_stands_beside_no_paper(paper: Inputs) -> None:
    sections = re.split(r"\n### ", text_of(paper))
    e1, e1p, control = (
        next(each for each in sections if each.startswith("e1: ") and each.split("\n")[0].endswith(end))
        for end in ("(simulated)", "(simulated), as published", "(simulated), labels shuffled")
    )
    assert "other splits and rates of anomalies" in e1
    assert "Paper: CroSysLog, Table IV, on Thunderbird, from the full CFDR logs." in e1p
    assert "a method that adapts in steps the one with the best F1 on the query counts" in e1p
    assert "Paper" not in control
    assert "Control: labels are shuffled within each support and query, so there is nothing to learn." in control


def test_the_label_budget_is_counted_in_events_and_messages(inputs: Inputs) -> None:
    assert (
        "Label budget per support: 2,000 events (40.5 anomalous), which are 68 distinct messages (5 anomalous). "
        "Anomalous in a query: 2.0 % of events, 40.0 % of windows, 10.0 % of distinct messages. "
        "The support shows 25 % of a query's anomalous events."
    ) in text_of(inputs)


def test_a_failed_audit_is_named_with_its_detectors(inputs: Inputs) -> None:
    assert "**Audit:** All 2 checks passed for every detector." in text_of(inputs)
    text = text_of(with_failure(inputs))
    assert "**Audit:** 1 of 2 checks FAILED." in text
    assert "- **FAILED: query labels are withheld** (logtad): labels of 3 query events" in text


def test_detectors_keep_the_order_of_params(inputs: Inputs) -> None:
    turned = with_arms(inputs, inputs.suite.everything, "logtad", "crosyslog")
    assert text_of(inputs).index("| crosyslog") < text_of(inputs).index("| logtad")
    assert text_of(turned).index("| logtad") < text_of(turned).index("| crosyslog")


def test_the_terminal_table_fits_eighty_columns(inputs: Inputs) -> None:
    console = Console(width=80, record=True, force_terminal=False, file=io.StringIO())
    console.print(terminal_table(with_failure(inputs), "e1"))
    shown = console.export_text()
    assert "e1: made (simulated)" in shown
    assert "Audit: 1 of 2 checks FAILED." in shown
    assert "…e" not in shown
    assert max(map(len, shown.splitlines())) <= 80
