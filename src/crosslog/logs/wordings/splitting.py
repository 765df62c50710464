"""Clusters split where what varies in them is one of a few words, not a variable.

A parser that sees one message at a time cannot tell the one from the other; with all messages known, a slot, the place
of a value between constant words, can be looked at with all its values.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crosslog.logs.wordings.words import (
    INTRODUCING,
    STRUCTURE,
    VARYING,
    Groups,
    Words,
    find_common,
    shorten_wording,
    varies,
)

FEW = 4  # values that may be so many statements; more are a variable
MANY = 50  # the same for a slot at the end, which may be all that messages say after their component and level
ALIKE = ((3, 1), (2, 3))  # so many values shared with so many clusters, at least, are values of one type
LITERAL_VALUES = frozenset(["true", "false", "yes", "no", "null"])

_Found = Mapping[Words, Sequence[int]]  # value: the clusters with a slot that has it


def split_clusters(messages: Sequence[Words], clusters: Iterable[list[int]]) -> Groups:
    """Clusters of messages, each of one length, as groups; those that differ only in the length of a slot are one."""
    clusters = list(clusters)
    found = _found(messages, clusters)
    groups: Groups = defaultdict(list)
    for cluster in clusters:
        for part in _statements(messages, cluster, found):
            groups[shorten_wording(find_common([messages[number] for number in part]))] += part
    return dict(groups)


def _found(messages: Sequence[Words], clusters: Sequence[list[int]]) -> _Found:
    found: dict[Words, list[int]] = defaultdict(list)
    for number, cluster in enumerate(clusters):
        if len(cluster) > 1:
            members = [messages[member] for member in cluster]
            for value in {member[slot] for slot in _slots(find_common(members)) for member in members}:
                found[value].append(number)
    return found


def _statements(messages: Sequence[Words], cluster: list[int], found: _Found) -> Iterable[list[int]]:
    if len(cluster) == 1:
        return [cluster]
    slots = _slots_of_statements([messages[number] for number in cluster], found)
    parts: dict[tuple[Words, ...], list[int]] = defaultdict(list)
    for number in cluster:
        parts[tuple(messages[number][slot] for slot in slots)].append(number)
    limit = MANY if len(slots) == 1 else 2 * FEW
    return parts.values() if len(parts) <= limit else [cluster]  # what combines so freely are variables


def _slots_of_statements(messages: Sequence[Words], found: _Found) -> list[slice]:
    slots = list(_slots(find_common(messages)))
    values = [{message[slot] for message in messages} for slot in slots]
    return [
        slot
        for slot, own in zip(slots, values, strict=True)
        if not any(own & others for others in values if others is not own)
        and not _is_variable(messages[0][: slot.start], own, slot.stop == len(messages[0]), only=len(slots) == 1)
        and not _is_a_type(own, found)
    ]


def _slots(wording: Words) -> Iterator[slice]:
    start = None
    for place, word in enumerate((*wording, "")):
        if word == VARYING and start is None:
            start = place
        elif word != VARYING and start is not None:
            yield slice(start, place)
            start = None


def _is_variable(before: Words, values: set[Words], last: bool, only: bool) -> bool:
    introduced = bool(before) and before[-1] in INTRODUCING
    prepared = introduced or (bool(before) and before[-1] in STRUCTURE)
    if len(values) > (MANY if last and only and not prepared else FEW):
        return True
    if all(varies(word) for value in values for word in value):
        return True
    single = [value[0] for value in values if len(value) == 1]
    if any(word in LITERAL_VALUES or len(word) == 1 for word in single):
        return True
    return introduced or (bool(before) and before[-1] == "to" and (last or any(map(varies, single))))


def _is_a_type(values: set[Words], found: _Found) -> bool:
    """Whether slots of other clusters have such values too: three of them, or in several clusters two."""
    shared = Counter(cluster for value in values for cluster in found[value])
    return any(sum(count >= least for count in shared.values()) > others for least, others in ALIKE)
