from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.interpretation import texts
from crosslog.interpretation.meanings import Request
from crosslog.interpretation.privacy.masking import mask_request
from crosslog.interpretation.review.checks import find_problems
from crosslog.interpretation.rules.sentences import write_sentence


def test_a_long_text_ends_after_a_whole_word_with_a_mark() -> None:
    assert texts.cut_text("gear " * 1000) == "gear " * 399 + "…"
    assert texts.cut_text("g" * 5000) == "g" * 1998 + " …"


def test_a_text_of_the_longest_length_stays() -> None:
    assert texts.cut_text("g" * texts.LONGEST_TEXT) == "g" * texts.LONGEST_TEXT


@given(st.text(st.sampled_from("ab ")).map(lambda text: text * 60))
def test_what_is_cut_once_stays_as_it_is(text: str) -> None:
    assert texts.cut_text(texts.cut_text(text)) == texts.cut_text(text)
    assert len(texts.cut_text(text)) <= texts.LONGEST_TEXT


@pytest.mark.parametrize("run", ["x", "@@@.", "a.", "a-", "/-", "7", "Ab"])
def test_a_token_of_60_kilobytes_gets_a_short_sentence(run: str) -> None:
    text = texts.cut_text(f"the pump lost {run * (60_000 // len(run))}")
    mask_request(Request(text, text))
    sentence = write_sentence(text)
    assert len(sentence) < 100
    assert find_problems(sentence, text, text) == find_problems(sentence, "the pump lost", "the pump lost")
