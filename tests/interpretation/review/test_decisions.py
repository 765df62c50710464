from __future__ import annotations

import polars as pl
import pytest

from crosslog.interpretation.review import decisions, table

A, B = "a" * 16, "b" * 16


@pytest.fixture
def frame() -> pl.DataFrame:
    rows = [
        dict.fromkeys(table.ROW_COLUMNS, "")
        | {"key": key, "template": f"{name} <*> moved", "example": f"{name} 7 moved", "occurrences": occurrences}
        | {"interpretation": f"The {name} was moved.", "source": "rules", "status": "pending"}
        | {"written": table.fingerprint_sentence(key, f"The {name} was moved.")}
        for key, name, occurrences in [(A, "widget", 3), (B, "engine", 0)]
    ]
    return pl.DataFrame(rows, schema=table.ROW_TYPES, orient="row")


def row(frame: pl.DataFrame, key: str) -> dict:
    return frame.row(by_predicate=pl.col("key") == key, named=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (decisions.approve(), {"status": "approved"}),
        (decisions.edit(" The widget turned. "), {"status": "edited", "interpretation": "The widget turned."}),
        (decisions.edit("Spun."), {"source": "person", "problems": "shorter than 3 words"}),
        (decisions.reject("it is a belt"), {"status": "rejected", "note": "it is a belt"}),
        (decisions.judge_template("anomalous"), {"verdict": "anomalous", "status": "pending"}),
        (decisions.reopen(), {"status": "pending"}),
    ],
)
def test_a_decision_changes_one_row_and_checks_it_again(
    frame: pl.DataFrame, changes: dict[str, str], expected: dict[str, str]
) -> None:
    after = decisions.apply_decision(frame, "AA", changes)
    assert expected.items() <= row(after, A).items()
    assert row(after, B) == row(frame, B)


def test_who_and_when_are_signed() -> None:
    signed = decisions.sign_decision(decisions.approve(), "Ada")
    assert (signed["status"], signed["reviewer"]) == ("approved", "Ada")
    assert signed["reviewed_at"].endswith("+00:00")


@pytest.mark.parametrize("key", ["f", ""])
def test_a_decision_about_no_row_or_several_is_refused(frame: pl.DataFrame, key: str) -> None:
    with pytest.raises(decisions.ReviewError, match="give exactly one"):
        decisions.apply_decision(frame, key, decisions.approve())


@pytest.mark.parametrize(
    ("decide", "reason"),
    [
        (lambda: decisions.edit(" "), "an edit needs an interpretation"),
        (lambda: decisions.reject(""), "a rejection needs a note"),
        (lambda: decisions.edit("é" * 1001), "a sentence of 1,001 characters: at most 2,000 bytes"),
        (lambda: decisions.reject("x" * 2001), "a note of 2,001 characters: at most 2,000"),
        (lambda: decisions.judge_template("bad"), "verdict 'bad' is none of normal, anomalous, depends"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(decide, reason: str) -> None:
    with pytest.raises(decisions.ReviewError, match=reason):
        decide()


def test_rows_of_templates_that_the_log_no_longer_has_wait_for_nobody(frame: pl.DataFrame) -> None:
    assert frame.filter(decisions.is_open())["key"].to_list() == [A]
    assert frame.with_columns(status=pl.lit("approved")).filter(decisions.is_open()).height == 0


def test_a_row_that_somebody_else_has_changed_is_not_decided_about(frame: pl.DataFrame) -> None:
    seen = {"key": A, "interpretation": "The widget was moved.", "status": "pending"}
    assert decisions.check_unchanged(frame, seen).equals(frame)
    with pytest.raises(decisions.ChangedError, match="aaaaaaaa was changed elsewhere"):
        decisions.check_unchanged(decisions.apply_decision(frame, A, decisions.approve()), seen)
