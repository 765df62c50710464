"""The pipeline's graph: order, parts and chains."""

from __future__ import annotations

import pytest

from flows.faults import StageError
from flows.graph import chains, downstream_of, named, parse_graph, part, upstream_of

DOT = """strict digraph {
"parse@a";
"embed@a";
"report";
"parse@b";
"embed@a" -> "report";
"parse@a" -> "embed@a";
}
"""


def waits(**before: str) -> dict[str, frozenset[str]]:
    """A pipeline whose items have one letter, such as c="ab"."""
    return {item: frozenset(names) for item, names in before.items()}


def test_the_graph_is_in_running_order() -> None:
    graph = parse_graph(DOT)
    assert graph == {
        "parse@a": frozenset(),
        "parse@b": frozenset(),
        "embed@a": frozenset({"parse@a"}),
        "report": frozenset({"embed@a"}),
    }
    assert list(graph) == ["parse@a", "parse@b", "embed@a", "report"]


def test_a_circle_is_an_error_that_shows_it() -> None:
    with pytest.raises(StageError, match=r"the pipeline waits for itself: (a -> b -> a|b -> a -> b)"):
        parse_graph('"a" -> "b";\n"b" -> "a";\n')


def test_a_stage_stands_for_its_items() -> None:
    assert named(["parse"], parse_graph(DOT)) == {"parse@a", "parse@b"}
    assert named(["embed@a"], parse_graph(DOT)) == {"embed@a"}


def test_an_unknown_item_is_answered_with_the_known_ones() -> None:
    with pytest.raises(StageError, match=r"no stage \['pasre'\]; there are: parse@a, parse@b, embed@a, report"):
        named(["pasre"], parse_graph(DOT))


def test_items_bring_what_they_need_and_what_waits_for_them() -> None:
    graph = parse_graph(DOT)
    assert upstream_of(["embed@a"], graph) == {"parse@a", "embed@a"}
    assert downstream_of(["parse@a"], graph) == {"parse@a", "embed@a", "report"}
    assert downstream_of([], graph) == frozenset()
    assert part({"embed@a", "report"}, graph) == {"embed@a": frozenset(), "report": frozenset({"embed@a"})}


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (waits(a="", b="a", c="ab", d="c"), [("a", "b", "c", "d")]),  # a system's stages
        (waits(a="", b="", c="a", d="b", e="cd"), [("a", "c"), ("b", "d"), ("e",)]),  # it comes together
        (waits(a="", b="a", c="b", d="b", e="c", f="d"), [("a", "b"), ("c", "e"), ("d", "f")]),  # it fans out
        (waits(a="", b="a", c="", d="bc"), [("a", "b"), ("c",), ("d",)]),
        (waits(), []),
    ],
)
def test_a_chain_goes_on_while_nothing_else_is_waited_for_and_nothing_could_go_beside_it(
    pipeline: dict[str, frozenset[str]], expected: list[tuple[str, ...]]
) -> None:
    assert list(chains(pipeline)) == expected


def test_items_to_be_kept_apart_share_a_chain_only_with_one_another() -> None:
    assert list(chains(waits(a="", b="a", c="b", d="c"), apart={"b", "c"})) == [("a",), ("b", "c"), ("d",)]
