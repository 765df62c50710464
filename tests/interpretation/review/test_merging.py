from __future__ import annotations

import polars as pl
import pytest

from crosslog.interpretation.meanings import Meaning
from crosslog.interpretation.review import merging, table

A, B, C = ("a" * 16, "b" * 16, "c" * 16)
WIDGETS = {A: "widget <*> spun", B: "gear <*> broke", C: "belt <*> slipped"}


def templates(*keys: str) -> pl.DataFrame:
    rows = [
        {"template_id": n, "key": key, "template": WIDGETS[key], "example": WIDGETS[key], "count": 9, "first_line": 1}
        for n, key in enumerate(keys)
    ]
    return pl.DataFrame(rows, schema_overrides={"template_id": pl.UInt32, "count": pl.UInt64})


def run(keys: str, existing: pl.DataFrame, sentence: str, source: str = "rules") -> pl.DataFrame:
    """One run of the stage with an interpreter that always says `sentence`."""
    current = merging.mark_typed_rows(existing)
    asked = merging.list_requests(templates(*keys), current, source)
    return merging.merge_meanings(templates(*keys), current, dict.fromkeys(asked, Meaning(sentence, source)))


def first(*keys: str) -> pl.DataFrame:
    return run(keys, table.empty_rows(), "The machine did its work.")


def changed(frame: pl.DataFrame, key: str, **values: str) -> pl.DataFrame:
    return frame.with_columns(
        **{name: pl.when(pl.col("key") == key).then(pl.lit(value)).otherwise(name) for name, value in values.items()}
    )


def row(frame: pl.DataFrame, key: str) -> dict:
    return frame.row(by_predicate=pl.col("key") == key, named=True)


def test_every_template_gets_a_pending_row_in_order_of_key() -> None:
    frame = first(C, A)
    assert frame["key"].to_list() == [A, C]
    assert row(frame, A) == {
        "key": A,
        "template": "widget <*> spun",
        "example": "widget <*> spun",
        "occurrences": 9,
        "interpretation": "The machine did its work.",
        "source": "rules",
        "status": "pending",
        "verdict": "",
        "reviewer": "",
        "reviewed_at": "",
        "note": "",
        "problems": f"says nearly the same as {C[:8]}, another message",
        "written": table.fingerprint_sentence(A, "The machine did its work."),
    }


@pytest.mark.parametrize("status", ["approved", "edited"])
def test_a_decided_row_survives_new_templates_and_a_new_interpreter(status: str) -> None:
    before = changed(first(A, B), A, status=status, interpretation="My own words here.", reviewer="Ada")
    after = run((A, B, C), before, "Quite another sentence.", "llm")
    assert row(after, A)["interpretation"] == "My own words here."
    assert (row(after, A)["status"], row(after, A)["reviewer"]) == (status, "Ada")
    assert row(after, B)["interpretation"] == row(after, C)["interpretation"] == "Quite another sentence."


def test_a_sentence_typed_over_without_a_status_becomes_edited_by_a_person() -> None:
    before = changed(first(A), A, interpretation="I know this one better.")
    after = run((A,), before, "The machine did its work.")
    assert row(after, A)["interpretation"] == "I know this one better."
    assert (row(after, A)["status"], row(after, A)["source"]) == ("edited", "person")


@pytest.mark.parametrize("status", ["approved", "edited"])
def test_a_sentence_typed_over_is_a_persons_whatever_status_they_gave_it(status: str) -> None:
    before = changed(first(A), A, interpretation="I know this one better.", status=status)
    after = run((A,), before, "The machine did its work.")
    assert row(after, A)["interpretation"] == "I know this one better."
    assert (row(after, A)["status"], row(after, A)["source"]) == (status, "person")


def test_a_sentence_that_was_only_spaced_anew_is_still_crosslogs() -> None:
    before = changed(first(A), A, interpretation=" The machine  did its work.")
    assert row(run((A,), before, "Better rules say this."), A)["interpretation"] == "Better rules say this."


def test_a_sentence_that_a_person_opens_again_stays_theirs() -> None:
    typed = changed(first(A), A, interpretation="I know this one better.", status="pending", source="person")
    after = run((A,), typed, "Better rules say this.")
    assert (row(after, A)["status"], row(after, A)["source"]) == ("pending", "person")
    assert row(after, A)["interpretation"] == "I know this one better."


UNKNOWN = "nobody knows whether a person wrote it: approve it, or empty it to have it asked again"


@pytest.mark.parametrize(("status", "problems"), [("pending", UNKNOWN), ("rejected", UNKNOWN), ("approved", "")])
def test_a_row_of_an_earlier_version_is_kept_as_it_is_and_says_why(status: str, problems: str) -> None:
    old = changed(first(A, B), A, written="", interpretation="Was it written by a model?", source="llm", status=status)
    after = run((A, B), old, "Quite another sentence.", "llm")
    assert row(after, A) == {**row(old, A), "problems": problems}
    assert row(after, B)["interpretation"] == "Quite another sentence."


def test_a_row_of_an_earlier_version_that_vanishes_is_kept() -> None:
    after = run((B,), changed(first(A, B), A, written=""), "The machine did its work.")
    assert (row(after, A)["interpretation"], row(after, A)["occurrences"]) == ("The machine did its work.", 0)


def test_a_row_of_an_earlier_version_is_crosslogs_where_it_would_write_that_sentence() -> None:
    old = first(A, B, C).with_columns(written=pl.lit(""))
    old = changed(old, C, source="person", status="edited")
    said = "The machine did its work."
    adopted = merging.adopt_rows(old, {A: {said}, B: {"Other."}, C: {said}})
    assert adopted["written"].to_list() == [table.fingerprint_sentence(A, said), "", ""]
    assert row(run((A, B, C), adopted, "Better rules say this."), A)["interpretation"] == "Better rules say this."


def test_a_sentence_of_earlier_rules_is_not_taken_for_a_persons() -> None:
    after = run((A,), first(A), "Better rules say this.")
    assert (row(after, A)["status"], row(after, A)["source"]) == ("pending", "rules")
    assert row(after, A)["interpretation"] == "Better rules say this."


@pytest.mark.parametrize("typed", [{"verdict": "anomalous"}, {"note": "ask Bo"}, {"reviewer": "Bo"}])
def test_what_a_person_wrote_beside_the_sentence_is_kept_and_protects_it(typed: dict[str, str]) -> None:
    after = run((A,), changed(first(A), A, **typed), "Better rules say this.")
    assert row(after, A) == {**row(first(A), A), **typed}


def test_a_vanished_template_leaves_with_its_row_unless_a_person_touched_it() -> None:
    before = changed(first(A, B, C), B, status="approved")
    after = run((C,), before, "The machine did its work.")
    assert after["key"].to_list() == [B, C]
    assert row(after, B)["occurrences"] == 0


def test_a_rejected_row_is_asked_again_with_its_note() -> None:
    before = changed(first(A), A, status="rejected", note="it is the left one")
    asked = merging.list_requests(templates(A), before, "llm")
    assert asked[A].note == "it is the left one"
    after = run((A,), before, "The left machine did its work.", "llm")
    assert row(after, A)["interpretation"] == "The left machine did its work."
    assert (row(after, A)["status"], row(after, A)["note"]) == ("pending", "it is the left one")


def test_a_rejected_row_stays_rejected_when_nobody_has_another_sentence() -> None:
    after = run((A,), changed(first(A), A, status="rejected"), "The machine did its work.")
    assert row(after, A)["status"] == "rejected"
    assert "write one" in row(after, A)["problems"]


def test_rules_do_not_replace_what_a_language_model_wrote() -> None:
    before = run((A,), table.empty_rows(), "The model wrote this.", "llm")
    assert run((A,), before, "The rules wrote this.").equals(before)


def test_every_row_is_checked_again() -> None:
    after = run((A,), changed(first(A), A, interpretation="An anomaly, surely: <*>", status="edited"), "unused")
    assert row(after, A)["problems"] == ("wildcard left; judges without support in the message: anomaly")


def test_an_interpreters_remark_stands_in_problems() -> None:
    meaning = Meaning("The machine did its work.", "rules", "the language model found no sentence in 3 tries")
    after = merging.merge_meanings(templates(A), table.empty_rows(), {A: meaning})
    assert row(after, A)["problems"] == "the language model found no sentence in 3 tries"


def test_a_meaning_that_comes_after_a_person_has_decided_is_passed_over() -> None:
    late = {A: Meaning("Quite another sentence.", "llm"), B: Meaning("Quite another sentence.", "llm")}
    after = merging.merge_meanings(templates(A, B), changed(first(A, B), A, status="approved"), late)
    assert row(after, A)["interpretation"] == "The machine did its work."
    assert row(after, B)["interpretation"] == "Quite another sentence."


def test_a_curated_sentence_takes_the_place_of_a_machines_and_is_not_replaced_by_one() -> None:
    before = run((A,), table.empty_rows(), "The model wrote this.", "llm")
    curated = {A: Meaning("The gear was written about with care.", "curated")}
    after = merging.merge_meanings(templates(A), before, curated)
    assert row(after, A)["source"] == "curated"
    assert run((A,), after, "The model wrote this.", "llm").equals(after)
    assert list(merging.list_requests(templates(A), after, "rules")) == [A]
