"""Regular expressions of the product, and the texts that would make a careless one run for minutes."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Collection, Iterator
from itertools import permutations
from pathlib import Path
from re import _compiler, _constants, _parser  # type: ignore[attr-defined] # nothing public takes a pattern apart
from typing import Any

from imports import modules, tree

LETTERS = "a0Z .-_/:@=<\"'\n" + "".join(map(chr, range(33, 127))) + "\té\u4e00"
PAIRED = 12  # letters of a pattern that are repeated in pairs too
ALWAYS = "@-./:"  # letters that part the words of logs
ENDS = ("", "\n", "!", " x")
SHORT, LONG = 500, 2_000  # characters
QUICK = 0.005  # seconds for LONG characters in which nothing hangs, and a ratio is noise
HANGING = 0.1  # seconds for SHORT characters, which need no comparison
LINEAR = 8.0  # the time of LONG over that of SHORT: 4 is linear, 16 quadratic
CALLS = frozenset({"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
CLASSES = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY)


def list_patterns(rooms: Collection[str]) -> dict[str, re.Pattern[str]]:
    """Every compiled pattern that a module of these rooms holds, in tuples too, by where it stands; each once."""
    found = {
        pattern: f"{name}.{variable} {place}"
        for name in sorted(_inside(rooms), reverse=True)
        for variable, value in vars(importlib.import_module(name)).items()
        for place, pattern in enumerate(_held(value))
    }
    return {name: pattern for pattern, name in found.items()}


def list_inline_calls(rooms: Collection[str]) -> list[str]:
    """Where a function of `re` is called with a pattern that no module holds, so that `list_patterns` misses it."""
    return [
        f"{name}, line {node.lineno}"
        for name, path in _inside(rooms).items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
    ]


def find_slow_run(pattern: re.Pattern[str]) -> str | None:
    """A text for which a pattern takes more than linear time: a long run of what its parts take, alone or in pairs."""
    parsed = _parser.parse(pattern.pattern, pattern.flags)
    parts = list(dict.fromkeys(filter(None, _parts(parsed))))
    words = [part + between for part in parts if len(part) > 1 for between in ("", "-", " ")]
    letters = list(dict.fromkeys([*(part[0] for part in parts), *ALWAYS]))
    pairs = ["".join(pair) for pair in permutations(letters[:PAIRED] + list(ALWAYS), 2) if pair[0] != pair[1]]
    framed = [(start, run, end) for run in (*words, *letters) for start in ("", _example(parsed)) for end in ENDS]
    framed += [("", pair, "!") for pair in pairs]
    slow = (text for text in dict.fromkeys(framed) if _is_slow(pattern, *text))
    return next((f"{start!r} + {run!r} * n + {end!r}" for start, run, end in slow), None)


def _is_slow(pattern: re.Pattern[str], start: str, run: str, end: str) -> bool:
    def measure(length: int, times: int = 1) -> float:
        text = start + run * (length // len(run)) + end
        return min(_seconds(pattern, text) for _ in range(times))

    if measure(SHORT) > HANGING:
        return True
    return measure(LONG) > QUICK and measure(LONG, 3) > LINEAR * measure(SHORT, 3)


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    """Of a search through all of a text, and of a match of the whole of it."""
    before = time.process_time()
    for _ in pattern.finditer(text):
        pass
    pattern.fullmatch(text)
    return time.process_time() - before


def _inside(rooms: Collection[str]) -> dict[str, Path]:
    return {name: path for name, path in modules().items() if set(name.split(".")[1:2]) & set(rooms)}


def _held(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        # One of bytes is one of the letters with the same numbers.
        yield re.compile(value.pattern.decode("latin-1")) if isinstance(value.pattern, bytes) else value
    elif isinstance(value, tuple | list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _held(one)


def _parts(parsed: Any) -> Iterator[str]:
    """A text that each part of a parsed pattern takes: of the whole, of groups, and some letters of every class."""
    yield _example(parsed)
    for node in parsed:
        if node[0] in CLASSES:
            yield from _letters(node)[:3]
        for inner in _groups(node):
            yield from _parts(inner)


def _groups(node: Any) -> list[Any]:
    code, argument = node
    if code is _constants.BRANCH:
        return list(argument[1])
    held = argument if isinstance(argument, tuple) else (argument,)
    return [one for one in held if isinstance(one, _parser.SubPattern)]


def _example(parsed: Any) -> str:
    """A text as a parsed pattern takes it, assertions aside."""
    return "".join(map(_example_of_node, parsed))


def _example_of_node(node: Any) -> str:
    code, argument = node
    if code in CLASSES:
        return "".join(_letters(node)[:1])
    if code in (_constants.ASSERT, _constants.ASSERT_NOT) or not _groups(node):
        return ""
    repeated = code in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
    return _example(_groups(node)[0]) * (max(argument[0], 1) if repeated else 1)


def _letters(node: Any) -> list[str]:
    """Letters that a class takes."""
    taken = _compiler.compile(_parser.SubPattern(_parser.State(), [node]))
    return [letter for letter in dict.fromkeys(LETTERS) if taken.fullmatch(letter)]
