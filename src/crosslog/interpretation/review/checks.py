"""What may be wrong with an interpretation: the errors that LogSynergy's reviewers look for (Zhang et al. 2024, VI-B).

A check reads a sentence, its template and an example of it, never a label. It points a person at a row; it changes and
refuses nothing. Its first words say what was found, and `WEIGHTS` how much that matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import polars as pl
from rapidfuzz import fuzz

from crosslog.interpretation.meanings import FEWEST_WORDS, MOST_WORDS
from crosslog.interpretation.review.likeness import find_twins
from crosslog.interpretation.review.table import MACHINES, WRITTEN
from crosslog.interpretation.review.words import COMMON_NAMES, ENGLISH, FOREIGN, VERDICT_WORDS
from crosslog.interpretation.rules.glossary import GLOSSARY_PATH
from crosslog.interpretation.rules.sentences import LOWER_WORD

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
TWIN = "says nearly the same as"
WEIGHTS = {
    "no sentence": 1.0,
    "not English": 1.0,
    "not in the message": 0.9,
    "judges without support": 0.9,
    "wildcard": 0.8,
    "identifier": 0.8,
    "more than one": 0.7,
    "reworded": 0.6,
    TWIN: 0.6,
    "the language model": 0.5,
    "only repeats": 0.6,
    "longer than": 0.4,
    "nobody knows": 0.4,
    "shorter than": 0.4,
}
REMARK = "the language model"
REWORDED_NOTES = ("was: ", "was, judged ")  # how the note of a carried sentence starts
OTHER_WEIGHT = 1.0  # whatever else stands in `problems`, such as a refusal that nobody has answered


def find_problems(sentence: str, template: str, example: str) -> str:
    """What is wrong with one sentence, joined by "; ", the first words of each a key of WEIGHTS; empty if nothing."""
    if not sentence.strip():
        return "no sentence"
    return "; ".join((*_form(sentence, template), *_language(sentence), *_support(sentence, f"{template} {example}")))


def recheck_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """schemas.Interpretations with `problems` found anew, those that only show beside other rows included.

    An interpreter's remark (it starts with REMARK) stays as long as the row is pending. 5,000 rows take about a second.
    """
    twin_of = find_twins(frame["interpretation"].to_list(), frame["template"].to_list())
    keys = frame["key"].to_list()
    beside = ("" if twin is None else f"{TWIN} {keys[twin][:8]}, another message" for twin in twin_of)
    found = [recheck_row(row, like) for row, like in zip(frame.iter_rows(named=True), beside, strict=True)]
    return frame.with_columns(problems=pl.Series(found, dtype=pl.String))


def recheck_row(row: Mapping[str, Any], beside: str) -> str:
    """The `problems` of one row, given what shows beside other rows."""
    own = find_problems(row["interpretation"], row["template"], row["example"])
    return "; ".join(filter(None, (*_of_status(row), own, beside)))


def find_problem_beside(found: str) -> str:
    """The part of a `problems` cell that shows beside other rows alone."""
    return next((problem for problem in found.split("; ") if problem.startswith(TWIN)), "")


def weigh_problems(found: str) -> float:
    """How much a `problems` cell matters: 0 where it is empty, towards 1 the more and the worse stands in it."""
    fine = 1.0
    for problem in filter(None, found.split("; ")):
        fine *= 1 - 0.9 * next((weight for label, weight in WEIGHTS.items() if problem.startswith(label)), OTHER_WEIGHT)
    return 1 - fine


def _of_status(row: Mapping[str, Any]) -> Iterator[str]:
    unknown = row["interpretation"] and row["source"] in MACHINES and not row[WRITTEN]
    if unknown and row["status"] in ("pending", "rejected"):
        yield "nobody knows whether a person wrote it: approve it, or empty it to have it asked again"
    elif row["status"] == "rejected":
        yield "rejected, but nobody had another sentence: write one, or say more in note"
    if row["status"] == "pending":
        if row["note"].startswith(REWORDED_NOTES):
            yield "reworded since it was reviewed: compare with note"
        yield from (remark for remark in row["problems"].split("; ") if remark.startswith(REMARK))


def _form(sentence: str, template: str) -> Iterator[str]:
    words, told = PLAIN_WORD.findall(sentence.lower()), PLAIN_WORD.findall(template.lower())
    if "\n" in sentence.strip():
        yield "more than one line"
    elif SENTENCE_END.search(sentence.strip()):
        yield "more than one sentence"
    if len(words) < FEWEST_WORDS:
        yield f"shorter than {FEWEST_WORDS} words"
    if len(words) > MOST_WORDS:
        yield f"longer than {MOST_WORDS} words"
    if WILDCARD_LEFT.search(sentence):
        yield "wildcard left"
    if identifiers := IDENTIFIER.findall(sentence):
        yield f"identifier left: {', '.join(identifiers)}"
    if words and fuzz.ratio(" ".join(words), " ".join(told)) >= REPEATS:
        yield "only repeats the template"


def _language(sentence: str) -> Iterator[str]:
    words = PLAIN_WORD.findall(sentence.lower())
    strange = sorted({letter for letter in sentence if letter.isalpha() and not letter.isascii()})
    english, foreign = (sum(word in known for word in words) for known in (ENGLISH, FOREIGN))
    if len(strange) > 1:
        yield f"not English: the letters {' '.join(strange[:8])}"
    elif len(words) >= FEWEST_WORDS and foreign > english:
        yield f"not English: {', '.join(word for word in words if word in FOREIGN)}"
    elif len(words) > 2 * FEWEST_WORDS and not english and not {"a", "an", "in", "on"} & set(words):
        yield "not English: none of its usual small words"


def _support(sentence: str, message: str) -> Iterator[str]:
    said = message.lower()
    judged = sorted(VERDICT_WORDS & set(PLAIN_WORD.findall(sentence.lower())) - set(PLAIN_WORD.findall(said)))
    if judged:
        yield f"judges without support in the message: {', '.join(judged)}"
    plain = IDENTIFIER.sub(" ", WILDCARD_LEFT.sub(" ", sentence))
    numbers = set(NUMBER.findall(said))
    invented = [
        name
        for name in _names(plain)
        if (name not in numbers if name.isdecimal() else name.lower() not in said and not _is_known(name.lower()))
    ]
    if invented:
        yield f"not in the message: {', '.join(dict.fromkeys(invented))}"


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
    return any(spelling in _known() for part in parts for spelling in (part, part.removesuffix("s")))


@cache
def _known() -> frozenset[str]:
    """Every word of the glossary: what a sentence may call a thing that its message abbreviates."""
    text = GLOSSARY_PATH.read_text(encoding="utf-8").lower()
    return COMMON_NAMES | frozenset(LOWER_WORD.findall(text))
