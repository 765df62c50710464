"""Logs that say each of a few verbs of many names: a template is of a verb, whatever comes in turn."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import polars as pl
import pytest

from crosslog import plugins
from crosslog.logs.parsing.masking import mask_contents

FIELDS = {"depth": 4, "similarity": 0.6, "max_children": 100, "look_over": True}
LIMITS = {"few": 4, "many": 50, "longest": 9, "rare": 0.01}
VERBS = ("started", "stopped", "reloaded", "failed")
STATES = ("up", "down", "degraded", "ready")
PACKAGE = ("half-installed", "unpacked", "half-configured", "triggers-pending")
VERSIONS = ("1.2-3", "2.36-9+deb12u10", "1:2.3+dfsg-1~deb12u1")
SYLLABLES = ["".join(pair) for pair in itertools.product("bdkmrt", "aeiou")]
FAMILIES = {
    "{verb} {name}": VERBS,
    "{name} {verb}": ("login", "logout", "locked", "expired"),
    "{name} was {verb}": VERBS,
    "{verb} unit {name}": VERBS,
    "user {name} {verb}": ("login", "logout", "locked", "expired"),
    "pod {name} {verb} in namespace default": ("created", "scheduled", "killed", "evicted"),
    "{name}: state changed to {verb}": STATES,
    "state of {name} changed to {verb}": STATES,
    "job {name} has been {verb} by the scheduler": VERBS,
    "[{name}] the watchdog has {verb} the helper of this task for the second time": VERBS,
    "status {verb} {name}:amd64 {version}": PACKAGE,
}
KINDS = {"letters": "{}{}{}", "dots": "{}{}.{}service", "dashes": "lib{}-{}{}", "digits": "{}{}{}7"}


def _names(count: int, form: str = "{}{}{}") -> list[str]:
    picked = random.Random(7).sample(list(itertools.product(SYLLABLES, repeat=3)), count)
    return [form.format(*syllables) for syllables in picked]


def _lines(family: str, names: Sequence[str], verbs: Sequence[str]) -> list[tuple[str, str]]:
    """Lines and their verbs, a name after the other."""
    return [
        (family.format(verb=verb, name=name, version=VERSIONS[number % len(VERSIONS)]), verb)
        for number, name in enumerate(names)
        for verb in verbs
    ]


def _groups(lines: Sequence[str], *, look_over: bool = True) -> list[int]:
    """The template of each line, masked and mined."""
    said = mask_contents(pl.Series(lines)).select("statement")
    counts = said.group_by("statement", maintain_order=True).len()
    miner = plugins.build("logs.mining", "drain", {**FIELDS, **LIMITS, "look_over": look_over})
    ids = miner.mine(counts["statement"].to_list(), counts["len"].to_list()).template_ids
    of = counts.with_columns(template=pl.Series(ids))
    return said.join(of, on="statement", how="left", maintain_order="left")["template"].to_list()


def _is_of_verbs(lines: Sequence[tuple[str, str]]) -> bool:
    """Whether templates and verbs are in pairs."""
    groups = _groups([line for line, _ in lines])
    pairs = set(zip(groups, (verb for _, verb in lines), strict=True))
    return len(pairs) == len(set(groups)) == len({verb for _, verb in pairs})


@pytest.mark.parametrize("order", ["name", "verb", "random"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_template_is_of_a_verb_whatever_comes_in_turn(family: str, order: str) -> None:
    lines = _lines(family, _names(30), FAMILIES[family])
    if order == "verb":
        lines.sort(key=lambda line: line[1])
    elif order == "random":
        random.Random(3).shuffle(lines)
    assert _is_of_verbs(lines)


def test_the_tree_alone_clusters_by_verb_and_not_by_name() -> None:
    lines = _lines("status {verb} {name} here", _names(30), VERBS)
    groups = _groups([line for line, _ in lines], look_over=False)
    assert len(set(groups)) == len(set(zip(groups, (verb for _, verb in lines), strict=True))) == len(VERBS)


def test_packages_with_numbers_in_their_names_go_through_their_states() -> None:
    names = _names(120, "lib{}{}-{}9")
    verbs = ("half-installed", "unpacked", "half-configured", "installed")
    said = [
        (f"status {verb} {name}:{'all' if number % 3 else 'amd64'} 1.{number}", verb)
        for number, name in enumerate(names)
        for verb in verbs
    ]
    assert len(set(_groups([line for line, _ in said]))) <= 2 * len(verbs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", ["{verb} {name}", "pod {name} {verb} in namespace default", "{name} was {verb}"])
def test_names_may_have_dots_and_dashes_and_digits(family: str, kind: str) -> None:
    assert _is_of_verbs(_lines(family, _names(30, KINDS[kind]), FAMILIES[family]))


@pytest.mark.parametrize("family", ["{verb} {name}", "user {name} {verb}", "state of {name} changed to {verb}"])
@pytest.mark.parametrize(("count", "verbs"), [(5, 2), (60, 2), (400, 4)])
def test_there_may_be_few_names_or_many(family: str, count: int, verbs: int) -> None:
    assert _is_of_verbs(_lines(family, _names(count), FAMILIES[family][:verbs]))


def test_names_that_say_one_thing_each_are_names_when_they_are_many() -> None:
    names = _names(240)
    lines = [(f"{VERBS[number % 4]} {name}", VERBS[number % 4]) for number, name in enumerate(names)]
    assert _is_of_verbs(lines)


def test_a_few_words_that_are_each_said_of_a_few_things_are_statements() -> None:
    lines = ["disk error", "disk full", "net error", "net full", "fan error", "fan full"]
    assert len(set(_groups(lines))) == len(lines)


@pytest.mark.parametrize(
    "frame", ["session opened for user {value} on {name}", "node {name} is linked to host {value}"]
)
def test_a_few_values_that_a_noun_introduces_are_a_variable(frame: str) -> None:
    lines = [frame.format(name=name, value=value) for name in _names(30) for value in ("zed", "amy", "bob")]
    assert len(set(_groups(lines))) == 1


def test_services_started_and_stopped_are_two_statements() -> None:
    lines = [f"{name} told that service {verb} again" for name in _names(30) for verb in ("started", "stopped")]
    assert len(set(_groups(lines))) == 2


def test_many_long_statements_that_begin_alike_are_mined() -> None:
    words = ["".join(three) for three in itertools.product(SYLLABLES[:12], repeat=3)]
    draw = random.Random(5)
    lists = [" ".join(f"{word}:amd64" for word in draw.sample(words, length)) for length in range(20, 220, 4)]
    lines = [*(f"installing the packages {one}" for one in lists), "gizmo is out"]
    assert len(set(_groups(lines))) == len(lines)
    long = [f"{lists[-1]} then {name} and all the rest of it {lists[0]}" for name in _names(60)]
    assert len(set(_groups([line[-600:] for line in long]))) == 1
