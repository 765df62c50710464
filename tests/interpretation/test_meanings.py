from __future__ import annotations

from collections.abc import Sequence

from crosslog.interpretation.meanings import Meaning, Request, interpret_with_fallback


def test_where_the_interpreter_could_not_the_fallback_speaks_under_its_own_name() -> None:
    class Shy:
        source = "llm"

        def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
            return [Meaning("" if "b" in request.template else "I know this.", "llm") for request in requests]

    class Sure:
        source = "rules"

        def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
            return [Meaning(f"Rules on {request.template}.", "rules") for request in requests]

    asked = {name: Request(name, "") for name in "abc"}
    assert interpret_with_fallback(asked, Shy(), Sure()) == {
        "a": Meaning("I know this.", "llm"),
        "b": Meaning("Rules on b.", "rules"),
        "c": Meaning("I know this.", "llm"),
    }


def test_a_sentence_that_stands_stays_where_nobody_answered_but_not_where_somebody_gave_up() -> None:
    class Silent:
        source = "llm"

        def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
            return [Meaning("", "llm", "gave up" if "b" in request.template else "") for request in requests]

    class Sure:
        source = "rules"

        def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
            return [Meaning(f"Rules on {request.template}.", "rules") for request in requests]

    asked = {name: Request(name, "") for name in "abc"}
    assert interpret_with_fallback(asked, Silent(), Sure(), standing=["a", "b"]) == {
        "b": Meaning("Rules on b.", "rules", "gave up"),
        "c": Meaning("Rules on c.", "rules"),
    }
