"""The papers' numbers, and which run each stands beside."""

from __future__ import annotations

import pytest

from crosslog.reporting.papers.tables import paper_of, printed_cell, published, rows_of, sources_of


def test_every_row_of_the_main_tables_knows_its_experiment() -> None:
    main = {name: [(row.method, row.experiment) for row in paper.rows] for name, paper in published().items()}
    one_source = [(method, letter) for method in ("metalog", "logtransfer", "logtad") for letter in ("2", "3")]
    assert main["E1"] == [
        ("crosyslog", "E1"),
        *((method, f"a{number}") for method, number in one_source),
        *((method, "E1") for method in ("logrobust", "neurallog", "rtf")),
    ]
    assert [(method, name.replace("a", "b").replace("E1", "E2")) for method, name in main["E1"]] == main["E2"]


def test_ablations_are_named_and_have_no_seconds() -> None:
    rows = [row for paper in published().values() for row in paper.ablations.rows]
    assert [row.name for row in rows] == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"]
    assert [row.experiment for row in rows if row.method == "lstm"] == ["E1", "E2"]
    assert all(row.train is None for row in rows)


def test_precision_recall_and_f1_go_together() -> None:
    """F1 is the mean of the queries' F1, not that of the means: they are near one another, and never far apart."""
    rows = [row for paper in published().values() for row in (*paper.rows, *paper.ablations.rows)]
    assert len(rows) == 28
    for row in rows:
        precision, recall, f1 = row.shares
        assert f1 <= 2 * precision * recall / (precision + recall) + 0.02, row


def test_a_method_of_one_source_has_its_own_number_where_the_source_is_alone() -> None:
    assert printed_cell("a2", "logtad") == "0.2773 (0.1649, 0.9091)"
    assert printed_cell("E1", "logtad").endswith("from Liberty; 0.4952 (0.3353, 0.9864) from BGL")


def test_an_ablation_and_a_baseline_of_the_same_sources_stand_together() -> None:
    assert [(row.method, row.f1) for row in rows_of("a2", ["crosyslog", "logtad"])] == [
        ("logtad", 27.73),
        ("crosyslog", 33.76),
    ]
    assert sources_of("a2", ["crosyslog", "logtad"]) == ["CroSysLog, Table IV", "CroSysLog, Table VII"]
    assert sources_of("E1", ["crosyslog"]) == ["CroSysLog, Table IV"]
    assert sources_of("E2", ["keyword"]) == []


def test_the_main_experiment_without_meta_learning_is_an_ablation() -> None:
    assert printed_cell("E2", "lstm") == "0.0004 (0.6142, 0.0002)"


def test_a_method_that_the_paper_does_not_have_has_no_number() -> None:
    assert printed_cell("E1", "keyword") == ""


def test_an_experiment_that_the_paper_does_not_have_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"no experiment 'E9'; known: E1, a2, a3, a1, E2, b2, b3, b1"):
        paper_of("E9")
