"""Sentences written by hand for public logs: well formed, found by their key, left out where a reviewer refused one."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from crosslog import artifacts
from crosslog.interpretation.meanings import Request
from crosslog.interpretation.review.checks import find_problems
from crosslog.interpretation.rules import curated

ROWS = list(csv.DictReader(curated.CURATED_PATH.open(encoding="utf-8", newline="")))


def test_keys_are_hashes_in_order_each_once() -> None:
    keys = [row["key"] for row in ROWS]
    assert len(keys) > 1000
    assert keys == sorted(set(keys))
    assert all(re.fullmatch(r"[0-9a-f]{16}", key) for key in keys)


def test_every_sentence_is_one_of_five_to_twenty_words_in_plain_letters() -> None:
    wrong = [
        row
        for row in ROWS
        if not re.fullmatch(r"[A-Z][\x20-\x7e]+[^.]\.", row["interpretation"])
        or not 4 <= len(row["interpretation"].split()) <= 25
        or re.search(r"<|>|0x|\*", row["interpretation"])
    ]
    assert not wrong


def test_a_template_that_is_curated_gets_its_sentence_unless_a_reviewer_sent_it_back() -> None:
    row = ROWS[0]
    asked = {row["key"]: Request("t", "t"), "f" * 16: Request("u", "u")}
    assert curated.find_curated(asked)[row["key"]] == (row["interpretation"], "curated", "")
    assert set(curated.find_curated(asked)) == {row["key"]}
    assert curated.find_curated({row["key"]: Request("t", "t", "says too little")}) == {}


@pytest.mark.mirror
@pytest.mark.parametrize("system", ["bgl_events", "bgl_2k", "thunderbird_19k", "hdfs_2percent", "hadoop"])
def test_real_logs_are_covered_and_no_sentence_is_flagged(
    parsed_log: Callable[[str], Path], system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(parsed_log(system))
    sentences = {row["key"]: row["interpretation"] for row in ROWS}
    rows = artifacts.TEMPLATES.read(system=system).select("key", "template", "example").rows()
    assert sum(key in sentences for key, _, _ in rows) >= 0.95 * len(rows)
    assert not [key for key, *shown in rows if key in sentences and find_problems(sentences[key], *shown)]
