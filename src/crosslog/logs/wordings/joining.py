"""Groups joined where their wordings differ in nothing but the value of a variable, however many words it has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crosslog.logs.wordings.spans import find_common_spans
from crosslog.logs.wordings.splitting import FEW
from crosslog.logs.wordings.words import INTRODUCING, VARYING, Groups, Words, shorten_wording, varies


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
    def constants(self) -> int:
        return sum(not varies(word) for word in self.around(()))

    def holds_a_variable(self, sizes: Mapping[Words, int], messages: int) -> bool:
        """Whether these values (value: events, and all their messages) are no statements, and the frame is enough.

        Messages may begin with their component and level, so that words before a slot say little about it, but for the
        last; what comes after it is of the same statement.
        """
        longest = max(map(len, sizes))
        introduced = self._introduced(longest, known=(VARYING,) in sizes)
        after = sum(not varies(word) for word in self.after)
        if _nearly_always_a_placeholder(sizes) and self.constants >= max(4, longest) and (introduced or after > 1):
            return True
        if messages <= FEW and (VARYING,) not in sizes:
            return False
        if not self.before:
            return after >= max(3, 3 * longest)
        if not self.after:
            return introduced and longest == 1
        return (self.constants if introduced else after) >= max(2, longest)

    def _introduced(self, longest: int, known: bool) -> bool:
        last = self.before[-1] if self.before else ""
        return last in INTRODUCING or (last.endswith("ing") and longest == 1) or (last == "to" and known)


def _nearly_always_a_placeholder(sizes: Mapping[Words, int]) -> bool:
    value, size = max(sizes.items(), key=lambda item: item[1])
    return len(value) == 1 and varies(value[0]) and size >= 10 * (sum(sizes.values()) - size)


def join_groups(groups: Groups, counts: Sequence[int]) -> Groups:
    """Groups after joining; `counts` are the events of each message."""
    left = dict(groups)
    while _join(left, counts):
        pass
    return left


def _join(groups: Groups, counts: Sequence[int]) -> bool:
    """Join once what can be joined, the frames with the most wordings first; whether anything was."""
    found = len(groups)
    events = {wording: sum(counts[number] for number in members) for wording, members in groups.items()}
    for frame, wordings in _frames(list(groups)):
        values = [frame.value(wording) for wording in wordings if wording in groups]
        sizes = {value: events[frame.around(value)] for value in values}
        if sizes.get((), 0) * 2 > sum(sizes.values()):
            del sizes[()]  # usually there is no value: that is a statement of its own
        messages = sum(len(groups[frame.around(value)]) if VARYING in value else len(value) > 0 for value in sizes)
        if _is_tight(sizes) and frame.holds_a_variable(sizes, messages):
            members = [number for value in sizes for number in groups.pop(frame.around(value))]
            wording = shorten_wording(frame.around((VARYING,)))
            groups.setdefault(wording, []).extend(members)
            events[wording] = sum(counts[number] for number in groups[wording])
    return len(groups) < found


def _is_tight(values: Collection[Words]) -> bool:
    """Whether there are two values or more, and no constant with which all begin or all end."""
    ends = ({value[:1] for value in values}, {value[-1:] for value in values})
    return len(values) > 1 and all(len(words) > 1 or (VARYING,) in words for words in ends)


def _frames(wordings: Sequence[Words]) -> list[tuple[_Frame, list[Words]]]:
    """Frames that two wordings or more have in common, those with the most wordings and constants first."""
    found: dict[_Frame, list[Words]] = {}
    for spans in find_common_spans(wordings):
        number, start, end = spans[0]
        frame = _Frame(wordings[number][:start], wordings[number][end:])
        found[frame] = [wordings[number] for number, _, _ in spans]
    return sorted(found.items(), key=lambda item: (-len(item[1]), -item[0].constants, item[0].before, item[0].after))
