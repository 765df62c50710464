"""Sentences in a language model's reply: what is in the form that was asked for, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crosslog.interpretation.meanings import FEWEST_WORDS, MOST_WORDS
from crosslog.interpretation.review.checks import SENTENCE_END
from crosslog.interpretation.review.table import is_too_long

LONGEST_REPLY = 100_000  # characters that are read; a batch of sentences has a few thousand
THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
FENCE = re.compile(r"\A```\w{0,40}")
LABEL = re.compile(r"^\W*interpretation\W*:\s*", re.IGNORECASE)
NUMBERED_LINE = re.compile(r"\A\W{0,20}(\d{1,9})[.):]\W{0,20}\s(.+)")
MARKUP = re.compile(r"[<>{}]")
QUOTES = " \"'*`"


def parse_reply(reply: str, count: int) -> dict[int, str]:
    """The sentences in a reply, by number (1 to `count`); a number is missing where there is none in form.

    A reply that was cut off gives the entries before the cut. Without any JSON, lines of "1. sentence" are taken, and
    for a single message one plain line. Two sentences of one number are none: nobody knows which is meant.
    """
    text = FENCE.sub("", THOUGHTS.sub("", reply[:LONGEST_REPLY]).strip()).removesuffix("```").strip()
    found: dict[int, set[str]] = {}
    for number, sentence in _entries(text) if "{" in text else _lines(text, count):
        place = 1 if count == 1 and number is None else number
        if isinstance(place, int) and 1 <= place <= count:
            found.setdefault(place, set()).add(" ".join(sentence.split()))
    return {
        number: next(iter(texts)) for number, texts in sorted(found.items()) if len(texts) == 1 and is_in_form(*texts)
    }


def is_in_form(sentence: str) -> bool:
    """Whether this could be the one sentence asked for: its length, and nothing in it that is markup."""
    if is_too_long(sentence):
        return False
    short = FEWEST_WORDS <= len(sentence.split()) <= MOST_WORDS and not SENTENCE_END.search(sentence)
    return short and sentence.isprintable() and not MARKUP.search(sentence)


def _entries(text: str) -> Iterator[tuple[Any, str]]:
    """(number, sentence) of every JSON object in a text that has a sentence, also where the text breaks off."""
    decoder, place = json.JSONDecoder(), text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield from _inside(value)
        place = text.find("{", end)


def _inside(value: object) -> Iterator[tuple[Any, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _inside(one)
    elif isinstance(value, dict):
        if isinstance(sentence := value.get("interpretation"), str):
            yield value.get("number"), sentence
        yield from _inside(value.get("interpretations"))


def _lines(text: str, count: int) -> Iterator[tuple[Any, str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    for line in lines:
        if found := NUMBERED_LINE.fullmatch(line):
            yield int(found[1]), found[2].strip(QUOTES)
        elif len(lines) == count == 1:
            yield None, LABEL.sub("", line).strip(QUOTES)
