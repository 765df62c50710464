"""No regular expression that meets a log's or a person's text may hang on it."""

from __future__ import annotations

import re

import pytest
from patterns import find_slow_run, list_inline_calls, list_patterns

ROOMS = ("interpretation", "labelling", "csv_files", "cli", "templates")
PATTERNS = list_patterns(ROOMS)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_linear_time_for_long_runs_of_each_of_its_classes(name: str) -> None:
    assert find_slow_run(PATTERNS[name]) is None


@pytest.mark.parametrize("careless", [r"\w+@", r"\S+@\S+\.\w+", r"(?=\S*\d)x\w*", r"\bsk-(?=[\w-]*\d)", r"\s*```$"])
def test_a_careless_pattern_is_found(careless: str) -> None:
    assert find_slow_run(re.compile(careless)) is not None


def test_every_pattern_is_held_by_a_module_so_that_none_is_overlooked() -> None:
    assert list_inline_calls(ROOMS) == []
