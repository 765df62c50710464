"""Templates to meanings: the protocol of interpreters.

The idea is LEI, Zhang et al. 2024 (LogSynergy, III-C): each template is put into one sentence of plain English, so that
systems which say the same thing in other words, orders and abbreviations come to say it alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

FEWEST_WORDS, MOST_WORDS = 3, 40  # words; Fig. 2 of the paper shows 5 to 10


class Request(NamedTuple):
    """What an interpreter is shown of a template; never a label."""

    template: str
    example: str  # its first raw line, without a label
    note: str = ""  # what a reviewer wrote when rejecting an earlier sentence


class Meaning(NamedTuple):
    """A sentence and who wrote it; an empty sentence is an interpreter's "I could not", and `remark` says why."""

    sentence: str
    source: Literal["quoted", "rules", "llm", "curated"]  # quoted: the template's own words, where no rule knows others
    remark: str = ""


class Interpreter(Protocol):
    """Someone who puts templates into plain English."""

    @property
    def source(self) -> Literal["rules", "llm"]:
        """What the CSV calls them."""
        ...

    def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
        """One meaning per request, in the same order."""
        ...


def interpret_with_fallback(
    asked: Mapping[str, Request], interpreter: Interpreter, fallback: Interpreter, standing: Collection[str] = ()
) -> dict[str, Meaning]:
    """Meanings by key; where the interpreter could not, the fallback's, under its name, with the remark.

    Parameters
    ----------
    asked : what to interpret
    interpreter : whose word counts
    fallback : who speaks where the interpreter does not
    standing : keys that have a sentence; one stays, and has no meaning here, where the interpreter says nothing at all
    """
    meanings = dict(zip(asked, interpreter.interpret(list(asked.values())), strict=True))
    silent = [key for key, one in meanings.items() if not one.sentence and (one.remark or key not in standing)]
    second = zip(silent, fallback.interpret([asked[key] for key in silent]), strict=True)
    by_fallback = {key: one._replace(remark=meanings[key].remark) for key, one in second}
    return {key: by_fallback.get(key, one) for key, one in meanings.items() if one.sentence or key in by_fallback}
