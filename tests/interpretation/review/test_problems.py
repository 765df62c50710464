from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.interpretation.review.problems import (
    FoundProblem,
    ProblemKind,
    format_problems,
    parse_problems,
    weigh_problems,
)

DETAILS = st.text(st.sampled_from("ab 7,.:<>*"), min_size=1).filter(lambda text: "; " not in text)
PROBLEMS = st.builds(
    lambda kind, detail: FoundProblem(kind, detail if "{}" in kind.value else ""),
    st.sampled_from([kind for kind in ProblemKind if kind is not ProblemKind.OTHER]),
    DETAILS,
)


@given(st.lists(PROBLEMS))
def test_what_is_written_into_a_cell_is_read_back(problems: list[FoundProblem]) -> None:
    assert parse_problems(format_problems(problems)) == problems


def test_a_cell_is_plain_english() -> None:
    problems = [FoundProblem(ProblemKind.SHORT, "3"), FoundProblem(ProblemKind.TWIN, "0f1e2d3c")]
    assert format_problems(problems) == "shorter than 3 words; says nearly the same as 0f1e2d3c, another message"


def test_words_of_no_known_kind_are_kept_and_weigh_most() -> None:
    assert parse_problems("the cat sat on it") == [FoundProblem(ProblemKind.OTHER, "the cat sat on it")]
    assert weigh_problems("the cat sat on it") > weigh_problems("wildcard left") > weigh_problems("") == 0


@pytest.mark.parametrize("kind", ProblemKind)
def test_every_kind_weighs_something(kind: ProblemKind) -> None:
    assert 0 < weigh_problems(str(FoundProblem(kind, "x"))) < 1
