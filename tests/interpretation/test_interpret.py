from __future__ import annotations

from collections.abc import Sequence

import pytest

from crosslog.interpretation.interpret import LONGEST, Meaning, Request, interpreted, problems


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("The widget turned around.", ""),
        ("The widget turned. Then it stopped.", "more than one sentence"),
        ("The widget\nturned around.", "more than one line"),
        ("Widget turned.", "shorter than 3 words"),
        ("turn " * (LONGEST + 1), f"longer than {LONGEST} words"),
        ("The widget <*> turned.", "still has a wildcard"),
        ("Widget: <*> spun here!", "still has a wildcard; only repeats the template"),
        ("The widget turned, which is normal.", "judges without support in the message: normal"),
    ],
)
def test_the_form_of_a_sentence_is_checked(sentence: str, problem: str) -> None:
    assert problems(sentence, "widget <*> spun here", "widget 7 spun here") == problem


def test_a_verdict_word_of_the_message_itself_may_stay() -> None:
    assert problems("The widget is back at a normal speed.", "widget <*> at normal speed", "") == ""


def test_where_the_interpreter_could_not_the_fallback_speaks_under_its_own_name() -> None:
    class Shy:
        source = "llm"

        def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
            return [Meaning("" if "b" in request.template else "I know this.", "llm") for request in requests]

    class Sure:
        source = "rules"

        def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
            return [Meaning(f"Rules on {request.template}.", "rules") for request in requests]

    asked = [Request("a", ""), Request("b", ""), Request("c", "")]
    assert interpreted(asked, Shy(), Sure()) == [
        Meaning("I know this.", "llm"),
        Meaning("Rules on b.", "rules"),
        Meaning("I know this.", "llm"),
    ]
