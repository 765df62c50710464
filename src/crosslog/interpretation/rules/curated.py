"""Meanings written with care for the templates of public logs that people meet first: curated.csv, key and sentence.

Keys are hashes, so the file holds no text of those logs. Each sentence says what its message says and no more; labels
had no part in it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from crosslog.interpretation.meanings import Meaning, Request

CURATED_PATH = Path(__file__).with_suffix(".csv")


def find_curated(asked: Mapping[str, Request]) -> dict[str, Meaning]:
    """The meanings of those templates, by key, that are curated and that no reviewer has sent back with a note."""
    sentences = _sentences()
    return {
        key: Meaning(sentences[key], "curated")
        for key, request in asked.items()
        if key in sentences and not request.note
    }


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    with CURATED_PATH.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["interpretation"] for row in csv.DictReader(file)}
