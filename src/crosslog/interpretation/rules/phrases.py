"""Sentences for phrases that mean the same in the log of any system, from known.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from crosslog.settings import read_yaml

KNOWN_PATH = Path(__file__).with_name("known.yaml")
NOT_DONE = re.compile(r"(?:could|can) not")  # says what failed, and makes nothing doubtful
MOST_BESIDE = 12  # words beside the phrase: of a message that says more, the phrase may be the least


@dataclass(frozen=True)
class Phrase:
    """How messages say something, and the sentence for it."""

    topic: str
    pattern: re.Pattern[str]
    sentence: str


@dataclass(frozen=True)
class Phrases:
    """All phrases, the most telling of a topic first, and the words that make one doubtful."""

    phrases: tuple[Phrase, ...]
    doubtful: frozenset[str]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Phrases:
        """Read known.yaml."""
        content = read_yaml(KNOWN_PATH)
        phrases = tuple(
            Phrase(topic, re.compile(rf"(?<!\S)(?:{'|'.join(entry['when'])})(?!\S)"), entry["say"])
            for topic, entries in content["topics"].items()
            for entry in entries
        )
        return cls(phrases, frozenset(content["doubtful"].split()))

    def find_sentence(self, words: str) -> str:
        """The sentence for plain words (see wording.py); empty where not exactly one topic fits, or it is doubtful."""
        found: dict[str, tuple[str, re.Match[str]]] = {}
        for phrase in self.phrases:
            match = phrase.topic not in found and phrase.pattern.search(words)
            if match:
                found[phrase.topic] = phrase.sentence, match
        if len(found) != 1:
            return ""
        sentence, match = next(iter(found.values()))
        around = NOT_DONE.sub(" ", f"{words[: match.start()]} {words[match.end() :]}")
        beside = [word for word in around.split() if word.isalpha()]
        return "" if len(beside) > MOST_BESIDE or self.doubtful & set(beside) else sentence
