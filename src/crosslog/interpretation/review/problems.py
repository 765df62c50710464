"""What may be wrong with an interpretation: a kind and a detail, and how a cell of `problems` says them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

BETWEEN = "; "


class ProblemKind(StrEnum):
    """The words for each kind of problem; `{}` is where its detail stands."""

    NO_SENTENCE = "no sentence"
    LINES = "more than one line"
    SENTENCES = "more than one sentence"
    SHORT = "shorter than {} words"
    LONG = "longer than {} words"
    WILDCARD = "wildcard left"
    IDENTIFIER = "identifier left: {}"
    REPEATED = "only repeats the template"
    LANGUAGE = "not English: {}"
    JUDGED = "judges without support in the message: {}"
    INVENTED = "not in the message: {}"
    TWIN = "says nearly the same as {}, another message"
    REWORDED = "reworded since it was reviewed: compare with note"
    REMARK = "the language model {}"
    AUTHOR = "nobody knows whether a person wrote it: approve it, or empty it to have it asked again"
    UNANSWERED = "rejected, but nobody had another sentence: write one, or say more in note"
    OTHER = "{}"


WEIGHTS = {
    ProblemKind.INVENTED: 0.9,
    ProblemKind.JUDGED: 0.9,
    ProblemKind.WILDCARD: 0.8,
    ProblemKind.IDENTIFIER: 0.8,
    ProblemKind.LINES: 0.7,
    ProblemKind.SENTENCES: 0.7,
    ProblemKind.REWORDED: 0.6,
    ProblemKind.TWIN: 0.6,
    ProblemKind.REPEATED: 0.6,
    ProblemKind.REMARK: 0.5,
    ProblemKind.LONG: 0.4,
    ProblemKind.SHORT: 0.4,
    ProblemKind.AUTHOR: 0.4,
}  # how much a kind matters; whatever is not named here, such as a refusal that nobody has answered, 1


class FoundProblem(NamedTuple):
    """One thing that may be wrong."""

    kind: ProblemKind
    detail: str = ""

    def __str__(self) -> str:
        """As people read it."""
        return self.kind.value.replace("{}", self.detail)


def format_problems(problems: Iterable[FoundProblem]) -> str:
    """The cell that names them."""
    return BETWEEN.join(map(str, problems))


def parse_problems(cell: str) -> list[FoundProblem]:
    """The problems that a cell names; what is of no kind known here is OTHER, with its words as detail."""
    return [_parse_problem(text) for text in cell.split(BETWEEN) if text]


def weigh_problems(cell: str) -> float:
    """How much a cell of problems matters: 0 where it is empty, towards 1 the more and the worse stands in it."""
    fine = 1.0
    for problem in parse_problems(cell):
        fine *= 1 - 0.9 * WEIGHTS.get(problem.kind, 1.0)
    return 1 - fine


def _parse_problem(text: str) -> FoundProblem:
    for kind in ProblemKind:
        start, open_, end = kind.value.partition("{}")
        if text == kind.value:
            return FoundProblem(kind)
        if open_ and text.startswith(start) and text.endswith(end) and len(text) >= len(start) + len(end):
            return FoundProblem(kind, text[len(start) : len(text) - len(end)])
    return FoundProblem(ProblemKind.OTHER, text)
