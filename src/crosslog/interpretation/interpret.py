"""Templates to meanings: the protocol of interpreters, and the checks that every meaning goes through.

The idea is LEI, Zhang et al. 2024 (LogSynergy, III-C): each template is put into one sentence of plain English, so that
systems which say the same thing in other words, orders and abbreviations come to say it alike. Their reviewers look for
errors of form and length (VI-B); `problems` finds those first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

SHORTEST, LONGEST = 3, 40  # words; Fig. 2 of the paper shows 5 to 10
WORD = re.compile(r"[^\W\d_]+")
SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s+(?=[A-Z])")
# Meanings say what happened, never what to think of it: such a word is a guess unless the message has it.
VERDICT_WORDS = frozenset(
    {
        *("anomaly", "anomalies", "anomalous", "abnormal", "abnormally", "normal", "normally"),
        *("benign", "harmless", "suspicious", "malicious"),
    }
)


class Request(NamedTuple):
    """What an interpreter is shown of a template; never a label."""

    template: str
    example: str
    note: str = ""  # what a reviewer wrote when rejecting an earlier sentence


class Meaning(NamedTuple):
    """A sentence and who wrote it; an empty sentence is an interpreter's "I could not"."""

    sentence: str
    source: Literal["rules", "llm"]


class Interpreter(Protocol):
    """Someone who puts templates into plain English."""

    @property
    def source(self) -> Literal["rules", "llm"]:
        """What the CSV calls them."""
        ...

    def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
        """One meaning per request, in the same order."""
        ...


def interpreted(requests: Sequence[Request], interpreter: Interpreter, fallback: Interpreter) -> list[Meaning]:
    """One meaning per request; where the interpreter could not, the fallback's, under the fallback's name."""
    meanings = interpreter.interpret(requests)
    failed = [number for number, meaning in enumerate(meanings) if not meaning.sentence]
    second = fallback.interpret([requests[number] for number in failed])
    replaced = dict(zip(failed, second, strict=True))
    return [replaced.get(number, meaning) for number, meaning in enumerate(meanings)]


def problems(sentence: str, template: str, example: str) -> str:
    """What is wrong with a sentence's form, joined by "; "; empty where nothing is."""
    words = WORD.findall(sentence.lower())
    said = set(WORD.findall(f"{template} {example}".lower()))
    unsupported = sorted(VERDICT_WORDS & set(words) - said)
    found = {
        "more than one line": "\n" in sentence.strip(),
        "more than one sentence": SENTENCE_END.search(sentence.strip()) is not None,
        f"shorter than {SHORTEST} words": len(words) < SHORTEST,
        f"longer than {LONGEST} words": len(words) > LONGEST,
        "still has a wildcard": "<*>" in sentence,
        "only repeats the template": words == WORD.findall(template.lower()),
        f"judges without support in the message: {', '.join(unsupported)}": bool(unsupported),
    }
    return "; ".join(problem for problem, is_there in found.items() if is_there)
