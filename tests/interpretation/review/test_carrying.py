from __future__ import annotations

import polars as pl
import pytest

from crosslog.interpretation.meanings import Meaning
from crosslog.interpretation.review import merging, table
from crosslog.templates import template_key

OLD = "kernel widget left lost its tooth"


def templates(*texts: str) -> pl.DataFrame:
    rows = [
        {"template_id": n, "key": template_key(text), "template": text, "example": text, "count": 9, "first_line": 1}
        for n, text in enumerate(texts)
    ]
    return pl.DataFrame(rows, schema_overrides={"template_id": pl.UInt32, "count": pl.UInt64})


def reviewed(template: str = OLD, **changes: str) -> pl.DataFrame:
    row = dict.fromkeys(table.ROW_COLUMNS, "") | {
        "key": template_key(template),
        "template": template,
        "example": template,
        "occurrences": 5,
        "interpretation": "The gear was damaged.",
        "written": table.fingerprint_sentence(template_key(template), "The gear was damaged."),
        "source": "rules",
        "status": "approved",
        "reviewer": "Ada",
        "reviewed_at": "2026-11-22",
    }
    return pl.DataFrame([{**row, **changes}], schema=table.ROW_TYPES, orient="row")


def run(existing: pl.DataFrame, *texts: str) -> pl.DataFrame:
    """One run of the stage with rules that always say the same."""
    current = merging.mark_typed_rows(existing)
    asked = merging.list_requests(templates(*texts), current, "rules")
    meanings = dict.fromkeys(asked, Meaning("The rules said so.", "rules"))
    return merging.merge_meanings(templates(*texts), current, meanings)


def row(frame: pl.DataFrame, template: str) -> dict:
    return frame.row(by_predicate=pl.col("template") == template, named=True)


@pytest.mark.parametrize("new", ["kernel widget <*> lost its tooth", "kernel widget left lost its tooth today"])
def test_a_reviewed_sentence_goes_to_the_new_wording_as_a_suggestion_with_the_old_one_beside_it(new: str) -> None:
    after = run(reviewed(), new)
    carried = row(after, new)
    assert (carried["interpretation"], carried["status"], carried["source"]) == (
        "The gear was damaged.",
        "pending",
        "rules",
    )
    assert (carried["note"], carried["reviewer"], carried["occurrences"]) == (f"was: {OLD}", "", 9)
    assert carried["problems"].startswith("reworded since it was reviewed: compare with note")
    assert row(after, OLD) == {**reviewed().row(0, named=True), "occurrences": 0}


def test_a_suggestion_stays_one_until_a_person_decides() -> None:
    new = "kernel widget <*> lost its tooth"
    once = run(reviewed(), new)
    assert run(once, new).equals(once)


def test_a_suggestion_that_is_typed_over_is_the_persons() -> None:
    new = "kernel widget <*> lost its tooth"
    once = run(reviewed(), new)
    typed = once.with_columns(
        interpretation=pl.when(pl.col("template") == new).then(pl.lit("I know.")).otherwise("interpretation")
    )
    assert (row(run(typed, new), new)["status"], row(run(typed, new), new)["source"]) == ("edited", "person")


def test_a_verdict_is_named_but_not_taken_over() -> None:
    carried = row(
        run(reviewed(verdict="anomalous"), "kernel widget <*> lost its tooth"), "kernel widget <*> lost its tooth"
    )
    assert (carried["verdict"], carried["note"]) == ("", f"was, judged anomalous: {OLD}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD, "pump <*> is under pressure"),
        ("network link to widget is up", "network link to widget is down"),
        ("a b c d", "<*> <*> <*> d"),
    ],
)
def test_another_message_or_the_contrary_is_asked_about(old: str, new: str) -> None:
    assert row(run(reviewed(old), new), new)["interpretation"] == "The rules said so."


def test_only_reviewed_sentences_of_templates_that_are_gone_are_carried() -> None:
    new = "kernel widget <*> lost its tooth"
    assert row(run(reviewed(status="pending", reviewer="", reviewed_at=""), new), new)["note"] == ""
    assert row(run(reviewed(), new, OLD), new)["interpretation"] == "The rules said so."
