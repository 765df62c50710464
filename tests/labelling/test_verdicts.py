from __future__ import annotations

import polars as pl
import pytest

from crosslog.interpretation.meanings import Request
from crosslog.labelling import verdicts
from crosslog.labelling.people import merge_annotations


def events(*templates: int, **columns: list[object]) -> pl.DataFrame:
    numbers = pl.Series("line", range(1, len(templates) + 1), pl.UInt64)
    return pl.DataFrame([numbers, pl.Series("template_id", templates, pl.UInt32)]).with_columns(
        pl.Series(name, values) for name, values in columns.items()
    )


JUDGED = pl.DataFrame(
    {"template_id": [0, 1, 2, 3], "verdict": ["normal", "anomalous", "depends", ""]},
    schema_overrides={"template_id": pl.UInt32},
)


def test_a_verdict_labels_every_event_of_its_template() -> None:
    labelled = verdicts.label_by_verdicts(events(1, 0, 1, 2, 3, 9), JUDGED)
    assert labelled.columns == ["line", "template_id", "label", "anomalous", "named"]
    assert labelled.select("line", "label", "anomalous", "named").rows() == [
        (1, "anomalous", True, True),
        (2, None, False, True),
        (3, "anomalous", True, True),
        (4, None, False, False),
        (5, None, False, False),
        (6, None, False, False),
    ]


def test_labels_that_events_had_are_replaced() -> None:
    before = events(0, 1, label=["KERNEL", None], anomalous=[True, False])
    assert verdicts.label_by_verdicts(before, JUDGED).select("label", "anomalous").rows() == [
        (None, False),
        ("anomalous", True),
    ]


def test_two_verdicts_on_one_template_are_an_error() -> None:
    with pytest.raises(pl.exceptions.ComputeError, match="m:1"):
        verdicts.label_by_verdicts(events(0), pl.concat([JUDGED, JUDGED]))


def test_verdicts_are_found_by_the_key_of_a_template() -> None:
    templates = pl.DataFrame({"template_id": [0, 1], "key": ["a", "b"]})
    rows = pl.DataFrame({"key": ["b", "gone"], "verdict": ["depends", "normal"]})
    assert verdicts.join_verdicts(templates, rows).rows() == [(0, ""), (1, "depends")]


def test_an_interpreter_is_shown_neither_verdict_nor_label() -> None:
    assert set(Request._fields) == {"template", "example", "note"}


def test_what_people_say_of_a_line_counts_more_than_its_template() -> None:
    spans = pl.DataFrame(
        [(2, 2, "disk", "ann"), (2, 3, "disk", "bob"), (3, 3, "normal", "ann"), (4, 4, "disk", "ann")],
        schema={"first_line": pl.UInt64, "last_line": pl.UInt64, "label": pl.String, "annotator": pl.String},
        orient="row",
    )
    by_verdict = verdicts.label_by_verdicts(events(0, 0, 1, 1, 1), JUDGED)
    labelled = verdicts.correct_labels(by_verdict, merge_annotations(spans))
    assert labelled.select("line", "label", "anomalous", "named").rows() == [
        (1, None, False, True),
        (2, "disk", True, True),  # agreed
        (3, None, False, False),  # a conflict: nobody knows
        (4, "anomalous", True, True),  # waits for a second annotator: the template's verdict stays
        (5, "anomalous", True, True),
    ]


def test_lines_keep_their_order_and_columns_when_corrected() -> None:
    turned = verdicts.label_by_verdicts(events(0, 1, 0), JUDGED).sort("line", descending=True)
    spans = pl.DataFrame(
        [(1, 3, "normal", "ann")],
        schema={"first_line": pl.UInt64, "last_line": pl.UInt64, "label": pl.String, "annotator": pl.String},
        orient="row",
    )
    corrected = verdicts.correct_labels(turned, merge_annotations(spans, enough=1))
    assert corrected["line"].to_list() == [3, 2, 1]
    assert corrected["anomalous"].to_list() == [False, False, False]
    assert corrected.columns == turned.columns


def test_the_label_of_most_events_is_a_templates() -> None:
    frame = verdicts.derive_verdicts(events(0, 0, 0, 1, 1, anomalous=[True, True, False, True, False]), weak=False)
    assert frame.rows() == [(0, "anomalous", 3, 2), (1, "normal", 2, 1)]


def test_weak_labels_name_only_what_they_say_clearly() -> None:
    labels = [True] * 3 + [False] * 9 + [True, False, False]
    frame = verdicts.derive_verdicts(events(*[0] * 3, *[1] * 9, *[2] * 3, anomalous=labels), weak=True)
    assert frame["verdict"].to_list() == ["anomalous", "normal", ""]


def test_weak_labels_of_a_log_that_is_nearly_all_anomalous_name_no_anomaly() -> None:
    frame = verdicts.derive_verdicts(events(0, 0, 0, 0, 1, anomalous=[True] * 4 + [False]), weak=True)
    assert frame["verdict"].to_list() == ["", "normal"]
