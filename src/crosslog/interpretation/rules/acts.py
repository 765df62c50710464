"""Sentences for messages of nothing but a thing and what was done to it, or what it did: `created snapshot <*>`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crosslog.interpretation.rules.phrases import KNOWN_PATH
from crosslog.settings import read_yaml

BEFORE = r"(?:_ )*(?:(?:info|error|warn|warning|notice|debug|fatal) )?"
ARTICLE = r"(?:(?:the|a|an|new|this|_) )*"
HAS = r"(?: (?:has|have|was|is|were|has been|have been))?"
FAILED = r"(?:(?:failed|failure|unable) to|could not|couldn t|cannot|can not|can t)"
BEHIND = (  # of what is behind nothing may say anything: variables, their units and what ties them to the rest
    r"(?: (?:_|for|from|to|by|on|in|at|of|with|as|into|after|via|id|name|named|number|version|ms|s|sec|seconds|min|minutes"
    r"|bytes|kb|mb|gb|successfully|{thing}s?))*"
)


@dataclass(frozen=True)
class Act:
    """A whole message as a regular expression with the group `thing`, and how its sentence goes on behind the thing."""

    pattern: re.Pattern[str]
    says: str


@dataclass(frozen=True)
class Acts:
    """All that is known of things and acts."""

    acts: tuple[Act, ...]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Acts:
        """Read known.yaml."""
        content = read_yaml(KNOWN_PATH)
        things = sorted([*content["compound"], *content["things"].split()], key=lambda name: (-len(name), name))
        thing = f"(?:{'|'.join(things)})"
        forms = [*_of_things(content["itself"]), *_to_things(content["acts"])]
        return cls(tuple(Act(re.compile(_whole(form, thing)), says) for form, says in forms))

    def find_sentence(self, words: str) -> str:
        """The sentence for plain words (see wording.py); empty where they say anything else."""
        for act in self.acts:
            found = act.pattern.fullmatch(words)
            if found:
                thing = found["thing"]
                return f"{'An' if thing[0] in 'aeio' else 'A'} {thing} {act.says}."
        return ""


def _whole(form: str, thing: str) -> str:
    behind = BEHIND.replace("{thing}", thing)
    return BEFORE + form.replace("{thing}", f"{ARTICLE}(?P<thing>{thing})(?: of)?(?: (?:_|{thing}))*") + behind


def _of_things(itself: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for says, words in itself.items():
        yield f"{{thing}}{HAS} (?:{words})", says


def _to_things(acts: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for act in acts:
        yield f"{{thing}}{HAS} (?:successfully )?(?:{act['done']})", f"was {act['say']}"
        yield f"(?:successfully )?(?:{act['done']}) {{thing}}", f"was {act['say']}"
        yield f"(?:{act['doing']}) {{thing}}", f"is being {act['say']}"
        yield f"{FAILED} (?:{act['do']}) {{thing}}", f"could not be {act['say']}"
        yield f"(?:error|failure) (?:{act['doing']}) {{thing}}", f"could not be {act['say']}"
