"""Clusters split where what varies in them is one of a few words, not a variable.

A parser that sees one message at a time cannot tell the one from the other; with all messages known, a slot can be
looked at with all its values.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crosslog.logs.wordings.naming import ClusterPart
from crosslog.logs.wordings.slots import (
    INTRODUCING,
    LITERAL_VALUES,
    STRUCTURE,
    Limits,
    are_a_type,
    are_names,
    are_series,
    find_introduction,
)
from crosslog.logs.wordings.words import Words, find_common, varies

_Found = Mapping[Words, set[tuple[int, int]]]  # value: lengths of clusters, and places in them, with a slot that has it
_Values = Counter[Words]  # value: events


def split_clusters(
    messages: Sequence[Words], counts: Sequence[int], clusters: Sequence[Sequence[int]], limits: Limits
) -> list[ClusterPart]:
    """Clusters of messages, each of one length, as parts that each say one thing."""
    splitter = _Splitter(messages, counts, _found(messages, clusters, limits), limits)
    return cluster_parts(messages, [part for cluster in clusters for part in splitter.statements(cluster)])


def cluster_parts(messages: Sequence[Words], clusters: Iterable[Sequence[int]]) -> list[ClusterPart]:
    """Clusters of messages, each of one length, as they are."""
    return [ClusterPart(find_common([messages[number] for number in cluster]), cluster) for cluster in clusters]


def _found(messages: Sequence[Words], clusters: Sequence[Sequence[int]], limits: Limits) -> _Found:
    found: dict[Words, set[tuple[int, int]]] = defaultdict(set)
    for cluster in clusters:
        members = [messages[member] for member in cluster]
        for slot in find_slots(members, limits) if len(cluster) > 1 else ():
            for member in members:
                found[member[slot]].add((len(member), slot.start))
    return found


def find_slots(members: Sequence[Words], limits: Limits) -> Iterator[slice]:
    """Runs of places where messages of one length differ, a verb beside what it is said of in a slot of its own."""
    columns = list(zip(*members, strict=True))
    start = None
    for place, column in enumerate((*columns, ())):
        varying = len(set(column)) > 1
        if varying and start is None:
            start = place
        elif not varying and start is not None:
            yield from _cut(members, slice(start, place), limits)
            start = None


def _cut(members: Sequence[Words], slot: slice, limits: Limits) -> Iterator[slice]:
    """The verbs of a run of varying words, and what is left between them."""
    values = {member[slot] for member in members} if slot.stop - slot.start > 1 else set()
    start = slot.start
    for place, column in enumerate(zip(*values, strict=True), slot.start):
        if limits.are_verbs(set(column), len(values)):
            if start < place:
                yield slice(start, place)
            yield slice(place, place + 1)
            start = place + 1
    if start < slot.stop:
        yield slice(start, slot.stop)


class _Splitter:
    def __init__(self, messages: Sequence[Words], counts: Sequence[int], found: _Found, limits: Limits) -> None:
        self._messages, self._counts, self._found, self._limits = messages, counts, found, limits

    def statements(self, cluster: Sequence[int]) -> Iterable[Sequence[int]]:
        if len(cluster) == 1:
            return [cluster]
        slots = self._slots_of_statements(cluster)
        parts: dict[tuple[Words, ...], list[int]] = defaultdict(list)
        for number in cluster:
            parts[tuple(self._messages[number][slot] for slot in slots)].append(number)
        limit = self._limits.many if len(slots) == 1 else 2 * self._limits.few
        return parts.values() if len(parts) <= limit else [cluster]  # what combines so freely are variables

    def _slots_of_statements(self, cluster: Sequence[int]) -> list[slice]:
        members = [self._messages[number] for number in cluster]
        wording = find_common(members)
        slots = list(find_slots(members, self._limits))
        values = [self._values(cluster, slot) for slot in slots]
        return [
            slot
            for slot, own in zip(slots, values, strict=True)
            if self._limits.are_states(wording[: slot.start], own)
            or (
                not any(own.keys() & others.keys() for others in values if others is not own)
                and not self._is_variable(wording[: slot.start], own, slot.stop == len(wording), only=len(slots) == 1)
                and not are_a_type(own, self._found)
            )
        ]

    def _values(self, cluster: Sequence[int], slot: slice) -> _Values:
        values: _Values = Counter()
        for number in cluster:
            values[self._messages[number][slot]] += self._counts[number]
        return values

    def _is_variable(self, before: Words, values: _Values, last: bool, only: bool) -> bool:
        if self._limits.is_statement(values) or self._limits.are_kinds(values):
            return False
        introduction = find_introduction(before)
        introduced = introduction in INTRODUCING
        if self._limits.say_what_happens(before, values):
            return False
        prepared = introduction in STRUCTURE
        if len(values) > (self._limits.many if last and only and not prepared else self._limits.few):
            return True
        if are_series(values) or are_names(values) or all(varies(word) for value in values for word in value):
            return True
        single = [value[0] for value in values if len(value) == 1]
        if any(word in LITERAL_VALUES or len(word) == 1 for word in single):
            return True
        return introduced or (introduction == "to" and (last or any(map(varies, single))))
