"""Meanings by rule, without a language model: a sentence where a rule knows what is meant, else the template's words.

A rule is a phrase that means the same in the log of any system, or a whole message of a thing and what was done to it
(known.yaml). Two systems that say the same in other words come out alike there; everywhere else nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from crosslog.interpretation.meanings import Meaning, Request
from crosslog.interpretation.rules.acts import Acts
from crosslog.interpretation.rules.phrases import Phrases
from crosslog.interpretation.rules.quoting import quote_template
from crosslog.interpretation.rules.wording import plain_words


@dataclass(frozen=True)
class RuleInterpreter:
    """The interpreter that works offline."""

    source: Literal["rules"] = field(default="rules", init=False)

    def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
        """One meaning per request, in the same order, by template alone: of `rules`, or `quoted` where none knows."""
        return [_meaning(request.template) for request in requests]


def find_sentence(template: str) -> str:
    """What a rule knows a template to mean, in one sentence; empty where none does."""
    words = plain_words(template)
    return Acts.load().find_sentence(words) or Phrases.load().find_sentence(words)


def _meaning(template: str) -> Meaning:
    sentence = find_sentence(template)
    return Meaning(sentence, "rules") if sentence else Meaning(quote_template(template), "quoted")
