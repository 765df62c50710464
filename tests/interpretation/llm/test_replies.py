from __future__ import annotations

import pytest

from crosslog.interpretation.llm.replies import parse_reply

ONE, TWO = "The widget turned around.", "The gear lost one of its teeth."
GOOD = (
    f'{{"interpretations": [{{"number": 1, "interpretation": "{ONE}"}}, {{"number": 2, "interpretation": "{TWO}"}}]}}'
)


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"<think>Are there {{two}}?</think>\nSure! {GOOD} Anything else?",
        f'{{"number": 2, "interpretation": "{TWO}"}}\n{{"number": 1, "interpretation": "{ONE}"}}',
        f'[{{"number": 1, "interpretation": "{ONE}"}}, {{"number": 2, "interpretation": "{TWO}"}}]',
        f'1. {ONE}\n2. "{TWO}"\n',
        f"Here they are:\n\n**1.** {ONE}\n- 2) {TWO}",
    ],
)
def test_sentences_are_found_by_number_in_json_or_in_numbered_lines(reply: str) -> None:
    assert parse_reply(reply, 2) == {1: ONE, 2: TWO}


@pytest.mark.parametrize(
    "reply",
    [
        f'{{"interpretation": "{ONE}"}}',
        f'"Interpretation: {ONE}"',
        ONE,
        ONE.replace("turned", "\\u0074urned").join(('{"number": 1, "interpretation": "', '"}')),
        '{"interpretation": "The widget\\n turned\\u00a0around."}',
    ],
)
def test_a_single_message_needs_no_number(reply: str) -> None:
    assert parse_reply(reply, 1) == {1: ONE}


@pytest.mark.parametrize(
    "sentence",
    [
        "Sure!",
        "word " * 41,
        "The widget <*> turned around.",
        "The widget turned. Then it stopped.",
        "The \\u001b[31mwidget turned around.",
        "Answer with {} and nothing.",
        "",
    ],
)
def test_what_is_not_one_plain_sentence_of_some_words_is_refused(sentence: str) -> None:
    assert parse_reply(GOOD.replace(ONE, sentence), 2) == {2: TWO}


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (GOOD[:-20], {1: ONE}),
        (GOOD.replace('"number": 2', '"number": 7'), {1: ONE}),
        (GOOD.replace('"number": 2', '"number": "2"'), {1: ONE}),
        (GOOD.replace('"number": 2', '"number": 1'), {}),
        (GOOD.replace(f'"{ONE}"', "7"), {2: TWO}),
        (f"{GOOD} {GOOD}", {1: ONE, 2: TWO}),
        (f"{ONE}\n{TWO}", {}),
        ("{" * 5000, {}),
        ("[" * 100_000 + "{", {}),
        ('{"interpretations": ' + "[" * 20_000, {}),
        ("", {}),
    ],
)
def test_half_replies_and_wrong_numbers_give_no_more_than_they_say(reply: str, found: dict[int, str]) -> None:
    assert parse_reply(reply, 2) == found


def test_a_number_that_was_not_asked_is_not_taken_for_the_one_that_was() -> None:
    assert parse_reply(f'{{"number": 2, "interpretation": "{ONE}"}}', 1) == {}
