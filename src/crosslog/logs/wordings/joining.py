"""Groups joined where their wordings differ in nothing but the value of a variable, however many words it has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crosslog.logs.wordings.naming import ClusterPart, Groups
from crosslog.logs.wordings.patterns import NEW, KnownTemplates, WordPattern
from crosslog.logs.wordings.slots import (
    INTRODUCING,
    Limits,
    are_a_type,
    are_names,
    are_series,
    find_introduction,
    is_action,
    mostly_actions,
)
from crosslog.logs.wordings.spans import find_common_spans
from crosslog.logs.wordings.words import VARYING, Words, shorten_wording, varies

Contexts = Mapping[Words, Mapping[tuple[int, int], Sequence[int]]]

SHARED, FRAMES_OF_ONE = 3, 16  # values that two frames of a cross share, and frames of a value that are looked at
LEAST_CONSTANTS = 3  # of a wording that takes in others


@dataclass(frozen=True)
class _Frame:
    """The words around a slot."""

    before: Words
    after: Words

    def around(self, value: Words) -> Words:
        return (*self.before, *value, *self.after)

    def value(self, wording: Words) -> Words:
        return wording[len(self.before) : len(wording) - len(self.after)]

    @property
    def lengths(self) -> tuple[int, int]:
        return len(self.before), len(self.after)

    @property
    def constants(self) -> int:
        return sum(not varies(word) for word in self.around(()))

    def holds_a_variable(self, sizes: Mapping[Words, int], messages: int, contexts: Contexts, limits: Limits) -> bool:
        """Whether these values (value: events, and all their messages) are no statements, and the frame is enough."""
        if limits.is_statement(sizes) or limits.say_what_happens(self.before, sizes):
            return False
        if self.constants and (are_series(sizes) or are_a_type(sizes, contexts)):
            return True
        few = messages <= limits.few and (VARYING,) not in sizes and not are_names(sizes)
        return not limits.are_kinds(sizes) and self._is_enough(sizes, few)

    def _is_enough(self, sizes: Mapping[Words, int], few: bool) -> bool:
        longest = max(map(len, sizes))
        introduced = self._introduced(longest, known=(VARYING,) in sizes)
        after = sum(not varies(word) for word in self.after)
        if _nearly_always_a_placeholder(sizes) and self.constants >= max(4, longest) and (introduced or after > 1):
            return True
        if few:
            return False
        if self.before and self.after:
            return (self.constants if introduced else after) >= max(2, longest)
        return introduced and longest == 1 if self.before else after >= max(3, 3 * longest)

    def _introduced(self, longest: int, known: bool) -> bool:
        last = find_introduction(self.before)
        return last in INTRODUCING or (last.endswith("ing") and longest == 1) or (last == "to" and known)


def _nearly_always_a_placeholder(sizes: Mapping[Words, int]) -> bool:
    value, size = max(sizes.items(), key=lambda item: item[1])
    return len(value) == 1 and varies(value[0]) and size >= 10 * (sum(sizes.values()) - size)


def group_parts(parts: Sequence[ClusterPart]) -> Groups:
    """Parts that are worded the same."""
    groups: Groups = {}
    for number, part in enumerate(parts):
        groups.setdefault(shorten_wording(part.words), []).append(number)
    return groups


def join_parts(parts: Sequence[ClusterPart], counts: Sequence[int], limits: Limits) -> Groups:
    """Parts grouped by their wordings, and these joined; `counts` are the events of each message."""
    groups = group_parts(parts)
    messages = [len(part.members) for part in parts]
    events = [sum(counts[member] for member in part.members) for part in parts]
    while _join(groups, messages, events, limits) or _absorb(groups):
        pass
    return groups


def _join(groups: Groups, messages: Sequence[int], events: Sequence[int], limits: Limits) -> bool:
    """Join once what can be joined, the frames with the most wordings first; whether anything was."""
    found = len(groups)
    frames = _frames(list(groups), limits)
    contexts = _contexts(frames)
    for frame, wordings in frames:
        values = [frame.value(wording) for wording in wordings if wording in groups]
        sizes = {value: sum(events[part] for part in groups[frame.around(value)]) for value in values}
        if sizes.get((), 0) * 2 > sum(sizes.values()):
            del sizes[()]  # usually there is no value: that is a statement of its own
        said = sum(
            sum(messages[part] for part in groups[frame.around(value)]) if VARYING in value else len(value) > 0
            for value in sizes
        )
        if _is_tight(sizes) and (
            frame.holds_a_variable(sizes, said, contexts, limits) or _are_names(frame, sizes, contexts, limits)
        ):
            joined = [part for value in sizes for part in groups.pop(frame.around(value))]
            groups.setdefault(shorten_wording(frame.around((VARYING,))), []).extend(joined)
    return len(groups) < found


def _contexts(frames: Sequence[tuple[_Frame, list[Words]]]) -> Contexts:
    """By each value that is one word: the frames it stands in, by how many words are before and after it."""
    contexts: dict[Words, dict[tuple[int, int], list[int]]] = defaultdict(dict)
    for number, (frame, wordings) in enumerate(frames):
        for wording in wordings:
            value = frame.value(wording)
            if len(value) == 1 and not varies(value[0]):
                contexts[value].setdefault(frame.lengths, []).append(number)
    return contexts


def _are_names(frame: _Frame, values: Collection[Words], contexts: Contexts, limits: Limits) -> bool:
    """Whether values are the names of a cross: single words, so many that they are no verbs, or shared with others.

    In a cross of verbs and names the frame of each verb has many names, and that of each name has the few verbs.
    """
    words = [value[0] for value in values if len(value) == 1]
    if len(words) < len(values) or len(words) <= limits.few or not frame.constants or mostly_actions(words):
        return False
    if len(words) > limits.many:
        return True
    found = [contexts.get(value, {}).get(frame.lengths, ()) for value in values]
    shared = Counter(number for numbers in found for number in numbers[:FRAMES_OF_ONE])
    together = sum(count >= SHARED for count in shared.values()) > 1
    said = any(map(is_action, frame.around(())))
    return together and (said or len(words) ** 2 >= 2 * sum(map(len, found)))


def _absorb(groups: Groups) -> bool:
    """Let groups take in those that say the same with one of their values; whether any did."""
    general = [wording for wording in groups if _is_general(wording)]
    special = [wording for wording in groups if VARYING not in wording]
    known = KnownTemplates((), (tuple(WordPattern(number, words, False) for number, words in enumerate(general)),))
    fits = known.match_words(special) if general else np.zeros(0, dtype=np.int64)
    for place in np.flatnonzero(fits != NEW).tolist():
        groups[general[fits[place]]] += groups.pop(special[place])
    return bool((fits != NEW).any())


def _is_general(wording: Words) -> bool:
    constants = sum(not varies(word) for word in wording)
    return VARYING in wording and constants >= max(LEAST_CONSTANTS, len(wording) / 2)


def _is_tight(values: Collection[Words]) -> bool:
    """Whether there are two values or more, and no constant with which all begin or all end."""
    ends = ({value[:1] for value in values}, {value[-1:] for value in values})
    return len(values) > 1 and all(len(words) > 1 or (VARYING,) in words for words in ends)


def _frames(wordings: Sequence[Words], limits: Limits) -> list[tuple[_Frame, list[Words]]]:
    """Frames that two wordings or more have in common, those with the most wordings and constants first."""
    found: dict[_Frame, list[Words]] = {}
    for spans in find_common_spans(wordings, limits):
        number, start, end = spans[0]
        frame = _Frame(wordings[number][:start], wordings[number][end:])
        found[frame] = [wordings[number] for number, _, _ in spans]
    return sorted(found.items(), key=lambda item: (-len(item[1]), -item[0].constants, item[0].before, item[0].after))
