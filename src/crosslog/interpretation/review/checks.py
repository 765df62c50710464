"""What may be wrong with an interpretation: the errors that LogSynergy's reviewers look for (Zhang et al. 2024, VI-B).

A check reads a sentence, its template and an example of it, never a label. It points a person at a row; it changes and
refuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl
from rapidfuzz import fuzz

from crosslog.interpretation.meanings import FEWEST_WORDS, MOST_WORDS
from crosslog.interpretation.review.likeness import find_twins
from crosslog.interpretation.review.problems import FoundProblem, ProblemKind, format_problems, parse_problems
from crosslog.interpretation.review.table import MACHINES, QUOTED_SOURCE, WRITTEN
from crosslog.interpretation.review.words import COMMON_NAMES, ENGLISH, FOREIGN, VERDICT_WORDS
from crosslog.interpretation.rules.glossary import sayable_words

REPEATS = 90  # rapidfuzz ratio of a sentence's words to its template's words from which it says nothing new
PLAIN_WORD = re.compile(r"[^\W\d_]+")
TOKEN = re.compile(r"[^\W_](?:[\w/-]*[^\W_])?")
SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s+(?=[A-Z])")
WILDCARD_LEFT = re.compile(r"<[^<>\s]*>|\*{2,}")
IDENTIFIER = re.compile(
    r"\b0x[0-9a-f]+\b|\b\d+\.\d+\.\d+\.\d+\b|(?<![^\s@])[^\s@]+@[^\s@]+\.\w+|(?<!\w)\w*_-?\d{3,}"
    r"|(?<![\w/])/[\w.-]+(?:/[\w.-]+)+"
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}\b|\b\d{4,}\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\b\d+\b")
JOINT = re.compile(r"[/-]")
REWORDED_NOTES = ("was: ", "was, judged ")  # how the note of a carried sentence starts


def find_problems(sentence: str, template: str, example: str) -> str:
    """The cell that says what is wrong with one sentence; empty if nothing."""
    return format_problems(_own_problems(sentence, template, example))


def _own_problems(sentence: str, template: str, example: str) -> Iterator[FoundProblem]:
    if not sentence.strip():
        yield FoundProblem(ProblemKind.NO_SENTENCE)
        return
    yield from (*_form(sentence, template), *_language(sentence), *_support(sentence, f"{template} {example}"))


def recheck_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """schemas.Interpretations with `problems` found anew, those that only show beside other rows included.

    An interpreter's remark stays as long as the row is pending. 5,000 rows take about a second.
    """
    said = frame.filter(pl.col("source") != QUOTED_SOURCE)
    keys = said["key"].to_list()
    twins = find_twins(said["interpretation"].to_list(), said["template"].to_list())
    beside = {
        key: [FoundProblem(ProblemKind.TWIN, keys[twin][:8])]
        for key, twin in zip(keys, twins, strict=True)
        if twin is not None
    }
    found = [recheck_row(row, beside.get(row["key"], ())) for row in frame.iter_rows(named=True)]
    return frame.with_columns(problems=pl.Series(found, dtype=pl.String))


def recheck_row(row: Mapping[str, Any], beside: Iterable[FoundProblem]) -> str:
    """The `problems` of one row, given what shows beside other rows; a quotation claims nothing that could be wrong."""
    own = () if _is_quotation(row) else _own_problems(row["interpretation"], row["template"], row["example"])
    return format_problems((*_of_status(row), *own, *beside))


def _is_quotation(row: Mapping[str, Any]) -> bool:
    return bool(row["source"] == QUOTED_SOURCE and row["interpretation"].strip())


def find_problem_beside(found: str) -> list[FoundProblem]:
    """What of a `problems` cell shows beside other rows alone."""
    return [problem for problem in parse_problems(found) if problem.kind is ProblemKind.TWIN]


def _of_status(row: Mapping[str, Any]) -> Iterator[FoundProblem]:
    unknown = row["interpretation"] and row["source"] in MACHINES and not row[WRITTEN]
    if unknown and row["status"] in ("pending", "rejected"):
        yield FoundProblem(ProblemKind.AUTHOR)
    elif row["status"] == "rejected":
        yield FoundProblem(ProblemKind.UNANSWERED)
    if row["status"] == "pending":
        if row["note"].startswith(REWORDED_NOTES):
            yield FoundProblem(ProblemKind.REWORDED)
        yield from (found for found in parse_problems(row["problems"]) if found.kind is ProblemKind.REMARK)


def _form(sentence: str, template: str) -> Iterator[FoundProblem]:
    words, told = PLAIN_WORD.findall(sentence.lower()), PLAIN_WORD.findall(template.lower())
    if "\n" in sentence.strip():
        yield FoundProblem(ProblemKind.LINES)
    elif SENTENCE_END.search(sentence.strip()):
        yield FoundProblem(ProblemKind.SENTENCES)
    if len(words) < FEWEST_WORDS:
        yield FoundProblem(ProblemKind.SHORT, str(FEWEST_WORDS))
    if len(words) > MOST_WORDS:
        yield FoundProblem(ProblemKind.LONG, str(MOST_WORDS))
    if WILDCARD_LEFT.search(sentence):
        yield FoundProblem(ProblemKind.WILDCARD)
    if identifiers := IDENTIFIER.findall(sentence):
        yield FoundProblem(ProblemKind.IDENTIFIER, ", ".join(identifiers))
    if words and fuzz.ratio(" ".join(words), " ".join(told)) >= REPEATS:
        yield FoundProblem(ProblemKind.REPEATED)


def _language(sentence: str) -> Iterator[FoundProblem]:
    words = PLAIN_WORD.findall(sentence.lower())
    strange = sorted({letter for letter in sentence if letter.isalpha() and not letter.isascii()})
    english, foreign = (sum(word in known for word in words) for known in (ENGLISH, FOREIGN))
    if len(strange) > 1:
        yield FoundProblem(ProblemKind.LANGUAGE, f"the letters {' '.join(strange[:8])}")
    elif len(words) >= FEWEST_WORDS and foreign > english:
        yield FoundProblem(ProblemKind.LANGUAGE, ", ".join(word for word in words if word in FOREIGN))
    elif len(words) > 2 * FEWEST_WORDS and not english and not {"a", "an", "in", "on"} & set(words):
        yield FoundProblem(ProblemKind.LANGUAGE, "none of its usual small words")


def _support(sentence: str, message: str) -> Iterator[FoundProblem]:
    said = message.lower()
    judged = sorted(VERDICT_WORDS & set(PLAIN_WORD.findall(sentence.lower())) - set(PLAIN_WORD.findall(said)))
    if judged:
        yield FoundProblem(ProblemKind.JUDGED, ", ".join(judged))
    plain = IDENTIFIER.sub(" ", WILDCARD_LEFT.sub(" ", sentence))
    numbers = set(NUMBER.findall(said))
    invented = [
        name
        for name in _names(plain)
        if (name not in numbers if name.isdecimal() else name.lower() not in said and not _is_known(name.lower()))
    ]
    if invented:
        yield FoundProblem(ProblemKind.INVENTED, ", ".join(dict.fromkeys(invented)))


def _names(sentence: str) -> Iterator[str]:
    """Numbers, and words that a capital or a digit inside makes a name; the first word of a sentence may have one."""
    starts = {0, *(end.end() for end in SENTENCE_END.finditer(sentence))}
    for found in TOKEN.finditer(sentence):
        word = found.group()
        inner = word if found.start() not in starts else word[1:]
        if any(letter.isdigit() or letter.isupper() for letter in inner):
            yield word


def _is_known(name: str) -> bool:
    parts = [name, *JOINT.split(name)]
    known = COMMON_NAMES | sayable_words()
    return any(spelling in known for part in parts for spelling in (part, part.removesuffix("s")))
