from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog import templates
from crosslog.interpretation.meanings import Request
from crosslog.interpretation.privacy.masking import mask_request
from crosslog.interpretation.rules.sentences import RuleInterpreter


def test_a_long_text_ends_after_a_whole_word_with_a_mark() -> None:
    assert templates.cut_text("gear " * 1000) == "gear " * 399 + "…"
    assert templates.cut_text("g" * 5000) == "g" * 1998 + " …"


def test_a_text_of_the_longest_length_stays() -> None:
    assert templates.cut_text("g" * templates.LONGEST_TEXT) == "g" * templates.LONGEST_TEXT


@given(st.text(st.sampled_from("ab ")).map(lambda text: text * 60))
def test_what_is_cut_once_stays_as_it_is(text: str) -> None:
    assert templates.cut_text(templates.cut_text(text)) == templates.cut_text(text)
    assert len(templates.cut_text(text)) <= templates.LONGEST_TEXT


@pytest.mark.parametrize("run", ["x", "@@@.", "a.", "a-", "/-", "7", "Ab"])
def test_a_token_of_60_kilobytes_gets_a_short_sentence(run: str) -> None:
    text = templates.cut_text(f"the pump lost {run * (60_000 // len(run))}")
    mask_request(Request(text, text))
    (meaning,) = RuleInterpreter().interpret([Request(text, text)])
    assert meaning.source == "quoted"
    assert meaning.sentence.startswith("The pump lost")
    assert len(meaning.sentence) < 610
