from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from crosslog.labelling import proposals
from crosslog.labelling.transfer import MatchLevels, compare_letters, transfer_verdicts
from crosslog.schemas import Proposals

KNOWN = [
    ("mill", "widget <*> jammed in the press", "anomalous"),
    ("mill", "widget <*> counted by the press", "normal"),
    ("mine", "lamp is out", "anomalous"),
]
EAST, NORTH, UP = np.eye(3, dtype=np.float32)
LEVELS = MatchLevels(meaning=0.7, letters=0.8)


def mature() -> tuple[pl.DataFrame, NDArray[np.float32]]:
    rows = [(system, f"{number:016x}", *rest) for number, (system, *rest) in enumerate(KNOWN)]
    return pl.DataFrame(rows, schema=["system", "key", "template", "verdict"], orient="row"), np.eye(
        3, dtype=np.float32
    )


def carried(template: str, vector: NDArray[np.float32]) -> dict[str, object]:
    new = pl.DataFrame({"key": ["f" * 16], "template": [template]})
    return transfer_verdicts((new, vector[None]), mature(), LEVELS).row(0, named=True)


def towards(*shares: float) -> NDArray[np.float32]:
    vector = np.array(shares, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def test_the_same_words_with_other_wildcards_are_known() -> None:
    found = carried("Widget <num> jammed in the press", EAST)
    assert {name: found[name] for name in ("proposal", "by", "matched_system", "matched_key", "state")} == {
        "proposal": "anomalous",
        "by": "both",
        "matched_system": "mill",
        "matched_key": f"{0:016x}",
        "state": "known",
    }
    assert found["matched_template"] == KNOWN[0][1]
    assert found["confidence"] > 0.9


def test_nearly_the_same_letters_with_other_words_have_drifted() -> None:
    found = carried("widget <*> jammed in a press", -EAST)
    assert (found["proposal"], found["by"], found["state"]) == ("anomalous", "letters", "drifted")


def test_the_same_meaning_in_other_words_is_known_by_meaning() -> None:
    found = carried("no light", towards(0.1, 0.1, 1))
    assert (found["proposal"], found["by"], found["matched_system"], found["state"]) == (
        "anomalous",
        "meaning",
        "mine",
        "known",
    )


def test_what_nothing_matches_is_new_and_has_no_proposal() -> None:
    found = carried("ship ahoy", towards(1, 1, 1))
    assert (found["proposal"], found["confidence"], found["by"], found["state"]) == ("", 0.0, "", "new")
    assert found["matched_template"] is None


def test_a_match_of_known_normal_proposes_normal() -> None:
    assert carried("widget <*> counted by the press", NORTH)["proposal"] == "normal"


def test_confidence_falls_as_the_opposite_verdict_comes_near() -> None:
    confidences = [carried("xyz", towards(1, other, 0))["confidence"] for other in (0.0, 0.9, 0.95)]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] == pytest.approx(1, abs=0.01)
    assert confidences[2] < 0.5


def test_with_nothing_known_everything_is_new() -> None:
    known, vectors = mature()
    new = pl.DataFrame({"key": ["a", "b"], "template": ["x", "y"]})
    found = transfer_verdicts((new, np.eye(3, dtype=np.float32)[:2]), (known.clear(), vectors[:0]))
    assert found["state"].to_list() == ["new", "new"]


def test_letters_are_compared_without_case_and_wildcards() -> None:
    assert compare_letters(["Lamp <*> IS out <num>"], ["lamp is out", "xyz"])[0].tolist() == [1.0, 0.0]


def table(answer: str = "", reviewer: str = "") -> pl.DataFrame:
    new = pl.DataFrame({"key": ["0" * 15 + "a", "0" * 15 + "b"], "template": ["lamp is out", "ship ahoy"]})
    found = transfer_verdicts((new, np.stack([UP, towards(1, 1, 1)])), mature(), LEVELS)
    made = proposals.renew_proposals(found)
    asked = pl.col("proposal") != ""
    return made.with_columns(
        answer=pl.when(asked).then(pl.lit(answer)).otherwise("answer"),
        reviewer=pl.when(asked).then(pl.lit(reviewer)).otherwise("reviewer"),
    )


def test_proposals_keep_their_schema_and_come_back_from_a_file() -> None:
    Proposals.validate(table())
    assert proposals.parse_proposals(proposals.format_proposals(table()).encode(), "p.csv").equals(table())


def test_what_a_person_answered_stays_whatever_is_proposed_now() -> None:
    answered = table("refuse", "ann")
    now = answered.drop("answer", "reviewer", "answered_at")
    assert proposals.renew_proposals(now, answered).equals(answered)
    turned = now.with_columns(pl.col("proposal").replace("anomalous", "normal"))
    assert proposals.renew_proposals(turned, answered).equals(answered)
    vanished = now.filter(pl.col("proposal") == "")
    assert proposals.renew_proposals(vanished, answered).equals(answered)


def test_another_proposal_takes_the_place_of_one_that_nobody_answered() -> None:
    unanswered = table()
    turned = unanswered.drop("answer", "reviewer", "answered_at").with_columns(
        pl.col("proposal").replace("anomalous", "normal")
    )
    assert proposals.renew_proposals(turned, unanswered)["proposal"].to_list() == ["normal", ""]


def test_only_what_people_accepted_becomes_a_verdict() -> None:
    assert proposals.list_accepted(table("accept", "ann")).rows() == [("0" * 15 + "a", "anomalous", "ann", "")]
    assert proposals.list_accepted(table("refuse")).is_empty()
    assert proposals.list_accepted(table().with_columns(answer=pl.lit("accept")))["key"].to_list() == ["0" * 15 + "a"]


def test_a_decimal_comma_and_capitals_are_no_obstacle() -> None:
    text = (
        proposals.format_proposals(table("accept"))
        .replace(",", ";")
        .replace("1.0", "0,83")
        .replace("accept", " Accept")
    )
    read = proposals.parse_proposals(text.encode(), "p.csv")
    assert read["answer"].to_list() == ["accept", ""]
    assert 0.83 in read["confidence"].to_list()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("accept", "perhaps", "line 2: answer 'perhaps' is none of accept, refuse"),
        ("'" + "0" * 15 + "a", "1.0E+10", "line 2: key .*1.0E\\+10.* is not 16 hex"),
        ("0" * 15 + "b", "0" * 15 + "a", "line 3: key 0+a stands in line 2 already"),
        ("0.0", "much", "line 3: confidence 'much' is not a number from 0 to 1"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_line_and_reason(old: str, new: str, reason: str) -> None:
    text = proposals.format_proposals(table("accept")).replace(old.removeprefix("'"), new)
    with pytest.raises(ValueError, match=f"p.csv, {reason}"):
        proposals.parse_proposals(text.encode(), "p.csv")
