"""A slot, the place of a value between constant words: when its values are those of a variable, and when statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from crosslog.logs.wordings.words import VARYING, Words, varies

_NOUNS = """class client clients device devices domain driver drivers host hosts interface interfaces mode module
modules name names node nodes package packages process program reason rhost server servers service state type user
users"""
INTRODUCING = frozenset([*_NOUNS.split(), "at", "for", "from", "in", "on"])  # a variable is likely to follow
STRUCTURE = INTRODUCING | {"by", "of", "to", "with"}  # more words that say what is after them
CHANGING = frozenset(
    ["from", "in", "mode", "state", "status", "to"]
)  # a state is likely to follow, if it is a plain word
NAMING_STATES = frozenset(["state", "status"])
FAULTS = ("error", "exception", "failure", "fault")  # a name that ends so says what happened
LITERAL_VALUES = frozenset(["true", "false", "yes", "no", "null"])
_OUTCOMES = "begin close down end fail failure in off ok on open out shutdown start startup stop success up"
OUTCOMES = frozenset(_OUTCOMES.split())
NO_ACTIONS = ("eed", "string", "thing")  # as these end
ALIKE = ((3, 1), (2, 3))  # so many values shared in more contexts than so many
MOST = 2  # other words that each verb stands beside, on average; twice as many if it does not look like a verb
LEAST_PREFIX = 3  # letters that numbered names have in common where they are of one series


def find_introduction(before: Words) -> str:
    """The word that stands before a slot; of a key, without its `=`; empty where there is none."""
    return before[-1].removesuffix("=") if before else ""


@dataclass(frozen=True)
class Limits:
    """What is still few, and what is rare.

    Attributes
    ----------
    few : values that may be so many statements; more are a variable
    many : the same for a slot at the end
    longest : words of a value
    rare : share of events; where all values of a few but one are so rare together, that one is a statement
    """

    few: int
    many: int
    longest: int
    rare: float

    def is_statement(self, events: Mapping[Words, int]) -> bool:
        """Whether one of a few values (with their events) is said nearly always, so that it belongs to what is said."""
        total = sum(events.values())
        return (
            len(events) <= self.few
            and not any(varies(word) for value in events for word in value)
            and total - max(events.values()) <= self.rare * total
        )

    def are_kinds(self, values: Collection[Words]) -> bool:
        """Whether values are a few kinds of numbered things, such as `eth<*>` and `wlan<*>`: only the number varies."""
        return len(values) <= self.few and _are_numbered(values) and len(_prefix(values)) < LEAST_PREFIX

    def are_verbs(self, words: Collection[str], values: int) -> bool:
        """Whether words at one place of so many values are a few that each stand beside many others."""
        plain = len(words) <= 2 * self.few and all(_is_plain(word) for word in words)
        often = MOST if mostly_actions(words) else 2 * MOST
        return plain and values >= often * len(words)

    def say_what_happens(self, before: Words, values: Collection[Words]) -> bool:
        """Whether values are a few verbs or states, alone or beside a variable.

        Behind a noun that introduces names all must look like verbs, elsewhere half of them.
        """
        told = {tuple(word for word in value if word != VARYING) for value in values}
        words = [value[0] for value in told if _is_plain_word(value) and len(value[0]) > 1]
        if len(words) < len(told) or not 1 < len(words) <= 2 * self.few:
            return False
        introduction = find_introduction(before)
        return introduction in NAMING_STATES or (
            all(map(is_action, words)) if introduction in INTRODUCING else mostly_actions(words)
        )

    def are_states(self, before: Words, values: Collection[Words]) -> bool:
        """Whether values are states that something is in, or changes from or to."""
        plain = all(map(_is_plain_word, values))
        known = any(value[0] in LITERAL_VALUES or len(value[0]) == 1 for value in values)
        return plain and not known and find_introduction(before) in CHANGING and len(values) <= 2 * self.few


def _is_plain(word: str) -> bool:
    """Whether a word is of letters, as words of a language are: `half-open` and `not_ready` too."""
    return word.replace("_", "").replace("-", "").isalpha()


def _is_plain_word(value: Words) -> bool:
    return len(value) == 1 and _is_plain(value[0])


def mostly_actions(words: Collection[str]) -> bool:
    """Whether at least half of the words say what happens."""
    return 2 * sum(is_action(word) for word in words) >= len(words)


def is_action(word: str) -> bool:
    """Whether a word says what happens, or to what end it came."""
    return word in OUTCOMES or (word.endswith(("ed", "ing")) and not word.endswith(NO_ACTIONS))


def are_actions(values: Collection[Words]) -> bool:
    """Whether values say what happens, or to what end it came."""
    return all(len(value) == 1 and is_action(value[0]) for value in values)


def are_a_type(values: Collection[Words], contexts: Mapping[Words, Collection[Hashable]]) -> bool:
    """Whether such values stand in other contexts too: three of them in another one, or two in several."""
    shared = Counter(context for value in values for context in contexts.get(value, ()))
    together = any(sum(count >= least for count in shared.values()) > others for least, others in ALIKE)
    return together and not are_actions(values)


def are_names(values: Collection[Words]) -> bool:
    """Whether values are qualified names, such as those of classes and packages."""
    return all(len(value) == 1 and (value[0] == "null" or _is_name(value[0])) for value in values)


def _is_name(word: str) -> bool:
    """Whether a word is qualified, and neither a key, nor a constant such as `action.power_on`, nor what went wrong."""
    last = word.rpartition(".")[2]
    return last != word and "_" not in last and not last.endswith(("=", *FAULTS))


def are_series(values: Collection[Words]) -> bool:
    """Whether values are numbered names of one series, such as `node_a<*>` and `node_b<*>`."""
    return _are_numbered(values) and len(_prefix(values)) >= LEAST_PREFIX


def _are_numbered(values: Collection[Words]) -> bool:
    return all(len(value) == 1 and VARYING in value[0] and not varies(value[0]) for value in values)


def _prefix(values: Collection[Words]) -> str:
    first, last = min(value[0] for value in values), max(value[0] for value in values)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
