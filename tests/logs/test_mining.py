from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosslog import plugins

BLOCKS: dict[str, dict[str, Any]] = {
    "drain": {"depth": 4, "similarity": 0.6, "max_children": 100},
    "ft_tree": {"max_children": 4, "kept_words": 3, "short": 5},
}
MINERS = pytest.mark.parametrize("name", plugins.names("logs.mining"))
WORDS = ("red", "green", "user", "gone", "ip address", "to", "is", "loading")
LOGS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join), unique=True, max_size=40)


def _mined(texts: Sequence[str], name: str = "drain", counts: Sequence[int] | None = None) -> list[str]:
    """The wording of each text."""
    miner = plugins.build("logs.mining", name, BLOCKS[name])
    ids, wordings = miner.mine(texts, counts or [1] * len(texts))
    return [wordings[number] for number in ids]


@MINERS
@settings(deadline=None, derandomize=True)
@given(texts=LOGS)
def test_ids_are_dense_and_in_first_seen_order_and_wordings_all_differ(name: str, texts: list[str]) -> None:
    ids, wordings = plugins.build("logs.mining", name, BLOCKS[name]).mine(texts, [1] * len(texts))
    assert len(ids) == len(texts)
    assert list(dict.fromkeys(ids)) == list(range(len(wordings)))
    assert len(set(wordings)) == len(wordings)


@MINERS
@settings(deadline=None, derandomize=True)
@given(texts=LOGS)
def test_every_message_says_the_constant_words_of_its_template(name: str, texts: list[str]) -> None:
    for text, wording in zip(texts, _mined(texts, name), strict=True):
        assert {word for word in wording.split() if word != "<*>"} <= set(text.split())


@MINERS
def test_a_log_without_messages_has_no_templates(name: str) -> None:
    assert plugins.build("logs.mining", name, BLOCKS[name]).mine([], []) == ([], [])


@MINERS
def test_many_values_of_one_word_are_one_template(name: str) -> None:
    texts = [f"the gizmo lost its friend {user} again today" for user in ("zed", "amy", "bob", "eve", "kim", "lou")]
    assert set(_mined(texts, name)) == {"the gizmo lost its friend <*> again today"}


def test_few_words_that_nothing_introduces_are_different_statements() -> None:
    texts = ["gizmo power was turned on today", "gizmo power was turned off today"]
    assert _mined(texts) == texts


@pytest.mark.parametrize(
    ("frame", "values"),
    [
        ("lamp of user {} went out today", ("zed", "amy")),
        ("lamp went out today early {} or late", ("true", "false")),
        ("lamp went out today in row {} or so", ("a", "b", "c")),
        ("the gizmo answers ip address and host name to {} today", ("ip address", "local")),
        ("lamp turned from {} to dim", ("red", "green", "blue", "pink", "grey")),
    ],
)
def test_values_that_are_plainly_variables_are_one_template(frame: str, values: tuple[str, ...]) -> None:
    assert set(_mined([frame.format(value) for value in values])) == {frame.format("<*>")}


def test_values_that_occur_on_both_sides_are_variables() -> None:
    texts = ["lamp went red then green at once", "lamp went green then red at once"]
    assert set(_mined(texts)) == {"lamp went <*> then <*> at once"}


@pytest.mark.parametrize(
    ("values", "frames"),
    [
        (("left", "right", "middle"), ("the {} lamp of it went out", "gizmo has no {} hand any more")),
        (
            ("left", "right"),
            ("the {} lamp is out now", "gizmo has no {} hand any more", "my {} is cold", "a {} of it all"),
        ),
    ],
)
def test_values_that_several_templates_have_are_of_one_type(values: tuple[str, ...], frames: tuple[str, ...]) -> None:
    texts = [frame.format(value) for frame in frames for value in values]
    assert set(_mined(texts)) == {frame.format("<*>") for frame in frames}


def test_words_that_combine_freely_are_variables() -> None:
    colours, sizes = ("red", "green", "blue"), ("big", "small", "tiny")
    texts = [f"a {size} lamp with a {colour} shade was sold" for size, colour in itertools.product(sizes, colours)]
    assert set(_mined(texts)) == {"a <*> lamp with a <*> shade was sold"}


def test_a_value_may_have_any_number_of_words() -> None:
    values = ("zed", "zed two", "old zed", "my own zed here", "amy", "")
    texts = [" ".join(f"cannot mount package {value} because it is lost".split()) for value in values]
    assert set(_mined(texts)) == {"cannot mount package <*> because it is lost"}


def test_where_there_is_usually_no_value_that_is_a_statement_of_its_own() -> None:
    values = ("zed", "amy", "bob", "eve", "kim")
    texts = ["lamp of user went out", *(f"lamp of user {value} went out" for value in values)]
    assert set(_mined(texts, counts=[90, 1, 1, 1, 1, 1])) == {"lamp of user went out", "lamp of user <*> went out"}


def test_two_variables_do_not_become_one() -> None:
    users = ("zed", "amy", "bob", "eve", "kim", "lou")
    texts = [f"bad knock for {user} from ip address today" for user in users]
    texts += [f"bad knock for unknown user {user} from ip address today" for user in users]
    assert len(set(_mined(texts))) == 2


def test_what_a_component_says_is_not_its_variable() -> None:
    texts = [
        f"the long name of one gizmo component info {word}" for word in ("up", "ready", "busy", "idle", "gone", "sad")
    ]
    assert _mined(texts) == texts


def test_what_masking_put_is_alike_whatever_it_was() -> None:
    texts = ["gizmo gone at ip address for good", "gizmo gone at host name for good"]
    assert set(_mined(texts)) == {"gizmo gone at <*> for good"}


def test_a_list_is_as_one_of_its_members() -> None:
    texts = ["these lamps are out lamp id", "these lamps are out lamp id lamp id lamp id"]
    assert set(_mined(texts)) == {"these lamps are out lamp id"}


@MINERS
def test_a_message_may_have_any_number_of_words(name: str) -> None:
    long = " ".join(map("".join, itertools.islice(itertools.product("abcdefghij", repeat=5), 100_000)))
    assert _mined([long, "gizmo is out"], name) == [long, "gizmo is out"]


def test_ft_tree_cuts_what_follows_a_word_with_too_many_children() -> None:
    texts = [f"one two three four {word} {word}x" for word in ("a", "b", "c", "d", "e")]
    assert set(_mined(texts, "ft_tree")) == {"one two three four <*>"}
    assert _mined(texts[:4], "ft_tree") == texts[:4]


def test_ft_tree_leaves_short_messages_as_they_are() -> None:
    texts = [f"one two three {word}" for word in ("a", "b", "c", "d", "e")]
    assert _mined(texts, "ft_tree") == texts
