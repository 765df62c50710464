"""Meanings by rule, without a language model: a glossary, and one pattern of sentence for every system.

"The <part> <what happened> <to what end> because <reason> and <what followed>, concerning <what else is named>." Words
come from glossary.yaml, so that messages of two systems that say the same in other words come out alike. A rule knows
words, not meanings: its sentences are a start that people review.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from crosslog.interpretation.meanings import Meaning, Request
from crosslog.interpretation.rules.glossary import Glossary, Term

MOST_DETAILS = 6
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
NOISE = re.compile(r"<[^<>]*>|\b0x[0-9a-f]*|'(?:s|t)\b")
LOWER_WORD = re.compile(r"i/o|[a-z][a-z0-9]*")


@dataclass(frozen=True)
class RuleInterpreter:
    """The interpreter that works offline."""

    source: Literal["rules"] = field(default="rules", init=False)

    def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
        """One meaning per request, in the same order, from the template and what its example has in front of it."""
        return [Meaning(write_sentence(f"{head_of(request)} {request.template}"), "rules") for request in requests]


def head_of(request: Request) -> str:
    """The words of an example before the template's first word: the component and the level; empty if it is not there.

    A template is of contents alone, and a sentence wants a subject.
    """
    first = LOWER_WORD.search(NOISE.sub(" ", request.template.lower()))
    words = request.example.lower().split()
    return " ".join(words[: words.index(first.group())]) if first and first.group() in words else ""


def write_sentence(template: str) -> str:
    """One sentence of plain English for any text; never empty."""
    words = LOWER_WORD.findall(NOISE.sub(" ", CAMEL.sub(" ", template).lower()))
    terms = list(dict.fromkeys(Glossary.load().find(words)))
    subject = _subject(terms)
    events = [term for term in terms if term.kind == "events"]
    others = [
        term.name for term in terms if term.kind not in ("events", "places") and not subject.startswith(term.name)
    ]
    details = _listed(list(dict.fromkeys(others))[:MOST_DETAILS])
    if not events:
        return f"The {subject} wrote a message about {details or 'its state'}."
    concerning = f", concerning {details}" if details else ""
    return f"The {subject} {_happened(events)}{concerning}."


def _subject(terms: Sequence[Term]) -> str:
    for kind in ("parts", "places"):
        for term in terms:
            if term.kind == kind:
                return term.name
    first = next((term.name for term in terms if term.kind == "other"), "")
    return f"{first} component" if first else "system"


def _happened(events: Sequence[Term]) -> str:
    """The most telling event, and where it takes an explanation, what the others say about it; events as they come."""
    main = min(events, key=lambda event: event.rank)
    if not main.explain:
        return main.name
    after = events[events.index(main) + 1 :]
    aim = next((event for event in after if event.to), None)
    if aim is not None and aim.then and main.name != "failed":
        aim = None  # "timed out, stopping": it followed, nobody was trying to
    attempt = "" if aim is None else f" {'to' if main.name == 'failed' else 'while trying to'} {aim.to}"
    reason = next((f" because {event.because}" for event in events if event.because and event is not main), "")
    followed = next((f" and {event.then}" for event in after if event.then and event is not aim), "")
    return f"{main.name}{attempt}{reason}{followed}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""
