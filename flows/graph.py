"""The pipeline as a graph of items, such as `parse@bgl`: what waits for what, what is due, what goes in one process."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from flows.faults import StageError

Pipeline = Mapping[str, frozenset[str]]
"""Every item in running order, and the items it waits for."""
Chain = tuple[str, ...]
"""Items of which each waits for the one before, and beyond the first for nothing outside."""
EDGE = re.compile(r'^"(?P<before>[^"]+)"(?: -> "(?P<after>[^"]+)")?;$', re.MULTILINE)


def parse_graph(dot: str) -> Pipeline:
    """Items and what each waits for, from the DOT text of `dvc dag`, those that wait for nothing first."""
    waits: dict[str, set[str]] = {}
    for edge in EDGE.finditer(dot):
        waits.setdefault(edge["before"], set())
        if edge["after"]:
            waits.setdefault(edge["after"], set()).add(edge["before"])
    try:
        return {item: frozenset(waits[item]) for item in TopologicalSorter(waits).static_order()}
    except CycleError as error:
        raise StageError(f"the pipeline waits for itself: {' -> '.join(error.args[1])}") from None


def stage_of(item: str) -> str:
    """The stage of an item: `parse` of `parse@bgl`."""
    return item.split("@", maxsplit=1)[0]


def named(names: Collection[str], pipeline: Pipeline) -> frozenset[str]:
    """The items of these names; a stage's name stands for all its items, and an unknown one is an error."""
    known = {*pipeline, *map(stage_of, pipeline)}
    if unknown := [name for name in names if name not in known]:
        raise StageError(f"no stage {unknown}; there are: {', '.join(pipeline)}")
    return frozenset(item for item in pipeline if item in names or stage_of(item) in names)


def upstream_of(items: Collection[str], pipeline: Pipeline) -> frozenset[str]:
    """The items and all that they wait for."""
    needed = set(items)
    for item in reversed([*pipeline]):
        if item in needed:
            needed |= pipeline[item]
    return frozenset(needed)


def downstream_of(items: Collection[str], pipeline: Pipeline) -> frozenset[str]:
    """The items and all that waits for them."""
    behind = set(items)
    for item, before in pipeline.items():
        if before & behind:
            behind.add(item)
    return frozenset(behind)


def part(items: Collection[str], pipeline: Pipeline) -> Pipeline:
    """These items alone, and what of them each waits for."""
    return {item: before & frozenset(items) for item, before in pipeline.items() if item in items}


def chains(pipeline: Pipeline, apart: Collection[str] = ()) -> Iterator[Chain]:
    """All items as chains, in running order: a chain ends where the pipeline fans out or comes together.

    Items of `apart` share a chain only with one another.
    """
    followers: dict[str, list[str]] = {item: [] for item in pipeline}
    for item, before in pipeline.items():
        for name in before:
            followers[name].append(item)
    placed: set[str] = set()
    for item in pipeline:
        if item not in placed:
            chain = _chain_from(item, pipeline, followers, apart)
            placed.update(chain)
            yield chain


def _chain_from(item: str, pipeline: Pipeline, followers: Mapping[str, list[str]], apart: Collection[str]) -> Chain:
    chain = {item: None}
    while True:
        following = [name for name in followers[item] if pipeline[name] <= chain.keys()]
        if len(following) != 1 or (following[0] in apart) != (item in apart):
            return tuple(chain)
        item = following[0]
        chain[item] = None
