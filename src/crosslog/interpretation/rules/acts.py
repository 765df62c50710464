"""Sentences for messages of nothing but a thing and what was done to it, or what it did: `created snapshot <*>`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crosslog.interpretation.rules.phrases import KNOWN_PATH
from crosslog.settings import read_yaml

LONGEST = 16  # words of a message that says nothing else
THING = "@"  # what stands for a thing in the shape of a message
BEFORE = r"(?:_ )?(?:(?:info|error|warn|warning|notice|debug|fatal) )?"
A_THING = r"(?:(?:the|a|an|new|this|_) ){0,2}@(?: of)?(?: [_@]){0,4}"
HAS = r"(?: (?:has been|have been|has|have|was|is|were))?"
FAILED = r"(?:(?:failed|failure|unable) to|could not|couldn t|cannot|can not|can t)"
BEHIND = (  # of what is behind nothing may say anything: variables, their units and what ties them to the rest
    r"(?: (?:[_@]|for|from|to|by|on|in|at|of|with|as|into|after|via|id|name|named|number|version|ms|s|sec|seconds|min"
    r"|minutes|bytes|kb|mb|gb|successfully))*"
)
THEN_A_VERB = ("to", "not", "cannot", "t")


@dataclass(frozen=True)
class Act:
    """The shape of a message as a regular expression, and how its sentence goes on behind the thing."""

    shape: re.Pattern[str]
    says: str


@dataclass(frozen=True)
class Acts:
    """All that is known of things and acts; `qualities` are words that belong to a thing behind them."""

    acts: tuple[Act, ...]
    things: frozenset[str]
    qualities: frozenset[str]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Acts:
        """Read known.yaml."""
        content = read_yaml(KNOWN_PATH)
        forms = [*_of_things(content["itself"]), *_to_things(content["acts"])]
        acts = tuple(Act(re.compile(f"{BEFORE}{form.replace(THING, A_THING)}{BEHIND}"), says) for form, says in forms)
        return cls(acts, frozenset(content["things"].split()), frozenset(content["qualities"].split()))

    def find_sentence(self, words: str) -> str:
        """The sentence for plain words (see wording.py); empty where they say anything else."""
        tokens = words.split()
        if len(tokens) > LONGEST:
            return ""
        shape, thing = self._shape(tokens)
        says = next((act.says for act in self.acts if act.shape.fullmatch(shape)), "") if thing else ""
        return f"{'An' if thing[0] in 'aeio' else 'A'} {thing} {says}." if says else ""

    def _shape(self, tokens: list[str]) -> tuple[str, str]:
        """The words with THING for each run of words that name one, and the first of these runs."""
        shape: list[str] = []
        things: list[str] = []
        for place, (token, behind) in enumerate(zip(tokens, [*tokens, ""][1:], strict=True)):
            is_verb = place > 0 and tokens[place - 1] in THEN_A_VERB
            if is_verb or not (token in self.things or (token in self.qualities and behind in self.things)):
                shape.append(token)
            elif shape and shape[-1] == THING:
                things[-1] += f" {token}"
            else:
                shape.append(THING)
                things.append(token)
        return " ".join(shape), things[0] if things else ""


def _of_things(itself: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for says, words in itself.items():
        yield f"@{HAS} (?:{words})", says


def _to_things(acts: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for act in acts:
        yield f"@{HAS} (?:successfully )?(?:{act['done']})", f"was {act['say']}"
        yield f"(?:successfully )?(?:{act['done']}) @", f"was {act['say']}"
        yield f"(?:{act['doing']}) @", f"is being {act['say']}"
        yield f"{FAILED} (?:{act['do']}) @", f"could not be {act['say']}"
        yield f"(?:error|failure) (?:{act['doing']}) @", f"could not be {act['say']}"
