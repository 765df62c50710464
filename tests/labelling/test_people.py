from __future__ import annotations

import polars as pl
import pytest

from crosslog.labelling.people import list_open_segments, list_votes, measure_agreement, merge_annotations


def spans(*rows: tuple[int, int, str, str]) -> pl.DataFrame:
    columns = {"first_line": pl.UInt64, "last_line": pl.UInt64, "label": pl.String, "annotator": pl.String}
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_spans_are_cut_where_any_of_them_begins_or_ends() -> None:
    voted = list_votes(spans((1, 10, "normal", "ann"), (5, 6, "disk", "bob")))
    assert voted.rows() == [
        (1, 4, "ann", "normal", False),
        (5, 6, "ann", "normal", False),
        (5, 6, "bob", "disk", True),
        (7, 10, "ann", "normal", False),
    ]


def test_lines_between_spans_have_no_vote() -> None:
    assert list_votes(spans((1, 2, "normal", "ann"), (9, 9, "normal", "ann")))["first_line"].to_list() == [1, 9]


def test_kappa_is_that_of_the_textbook() -> None:
    # Of 50 lines both say anomalous on 20 and normal on 15; 5 and 10 are split: agreed .7, by chance .5, kappa .4.
    frame = measure_agreement(
        spans(
            (1, 25, "anomalous", "ann"),
            (26, 50, "normal", "ann"),
            (1, 20, "disk", "bob"),
            (21, 40, "normal", "bob"),
            (41, 50, "anomalous", "bob"),
        )
    )
    assert frame.select("first", "second", "lines").rows() == [("ann", "bob", 50)]
    assert frame["agreed"].item() == pytest.approx(0.7)
    assert frame["kappa"].item() == pytest.approx(0.4)


def test_kappa_has_no_value_where_both_know_one_class_only() -> None:
    frame = measure_agreement(spans((1, 9, "normal", "ann"), (1, 9, "normal", "bob")))
    assert frame.rows() == [("ann", "bob", 9, 1.0, None)]


def test_kappa_has_no_value_without_a_line_in_common() -> None:
    frame = measure_agreement(spans((1, 4, "normal", "ann"), (5, 9, "normal", "bob")))
    assert frame.rows() == [("ann", "bob", 0, None, None)]


def test_kappa_is_minus_one_where_two_halves_are_swapped() -> None:
    frame = measure_agreement(
        spans((1, 5, "normal", "ann"), (6, 10, "disk", "ann"), (1, 5, "disk", "bob"), (6, 10, "normal", "bob"))
    )
    assert frame["kappa"].item() == pytest.approx(-1)


def test_each_pair_of_three_annotators_is_compared_and_one_has_nobody() -> None:
    three = measure_agreement(spans((1, 1, "normal", "c"), (1, 1, "normal", "a"), (1, 1, "normal", "b")))
    assert three.select("first", "second").rows() == [("a", "b"), ("a", "c"), ("b", "c")]
    assert measure_agreement(spans((1, 1, "normal", "a"))).is_empty()


def test_two_who_agree_decide_and_two_who_differ_are_listed() -> None:
    decided = merge_annotations(spans((1, 9, "normal", "ann"), (1, 4, "normal", "bob"), (5, 9, "disk", "bob")))
    assert decided.rows() == [
        (1, 4, "agreed", False, None, "ann: normal, bob: normal"),
        (5, 9, "conflict", None, None, "ann: normal, bob: disk"),
    ]


def test_a_third_annotator_decides_where_two_differ() -> None:
    decided = merge_annotations(spans((5, 9, "normal", "ann"), (5, 9, "disk", "bob"), (5, 9, "disk", "eve")))
    assert decided.select("state", "anomalous", "label").rows() == [("agreed", True, "disk")]


def test_a_kind_is_named_only_by_more_than_half() -> None:
    decided = merge_annotations(spans((1, 1, "disk", "ann"), (1, 1, "net", "bob")))
    assert decided.select("state", "anomalous", "label").rows() == [("agreed", True, "anomalous")]


def test_a_line_of_one_annotator_waits_unless_one_is_enough() -> None:
    one = spans((1, 2, "disk", "ann"))
    assert merge_annotations(one).select("state", "anomalous", "label").rows() == [("waiting", None, None)]
    assert merge_annotations(one, enough=1).select("state", "anomalous", "label").rows() == [("agreed", True, "disk")]


def test_the_same_span_twice_by_one_annotator_is_one_vote() -> None:
    assert merge_annotations(spans((1, 2, "disk", "ann"), (1, 2, "disk", "ann")))["state"].to_list() == ["waiting"]


def test_what_needs_a_person_is_listed_conflicts_first() -> None:
    decided = merge_annotations(
        spans((1, 1, "disk", "ann"), (2, 3, "disk", "ann"), (3, 4, "normal", "bob"), (4, 4, "normal", "ann"))
    )
    assert list_open_segments(decided).select("first_line", "last_line", "state").rows() == [
        (3, 3, "conflict"),
        (1, 1, "waiting"),
        (2, 2, "waiting"),
    ]


def test_no_annotation_decides_nothing() -> None:
    assert merge_annotations(spans()).is_empty()
    assert measure_agreement(spans()).is_empty()
