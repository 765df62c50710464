from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosslog import plugins, schemas
from crosslog.logs.wordings.naming import Mined
from crosslog.logs.wordings.patterns import NEW, NONE_KNOWN, KnownTemplates

BLOCKS: dict[str, dict[str, Any]] = {
    "drain": {
        "depth": 4,
        "similarity": 0.6,
        "max_children": 100,
        "look_over": True,
        "few": 4,
        "many": 50,
        "longest": 9,
        "rare": 0.01,
    },
    "ft_tree": {"max_children": 4, "kept_words": 3, "short": 5},
}
MINERS = pytest.mark.parametrize("name", plugins.names("logs.mining"))
WORDS = ("red", "green", "user", "gone", "<ip address>", "<*>", "to", "is", "loading", "eth<*>", "a.b", "k=", "(<url>)")
LOGS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join), unique=True, max_size=40)


def _mine(
    texts: Sequence[str],
    name: str = "drain",
    counts: Sequence[int] | None = None,
    known: Any = NONE_KNOWN,
    **fields: Any,
) -> Mined:
    miner = plugins.build("logs.mining", name, {**BLOCKS[name], **fields})
    return miner.mine(texts, counts or [1] * len(texts), known)


def _mined(texts: Sequence[str], name: str = "drain", counts: Sequence[int] | None = None, **fields: Any) -> list[str]:
    """The wording of each text."""
    ids, known = _mine(texts, name, counts, **fields)
    return [known.templates[number] for number in ids]


@MINERS
@settings(deadline=None, derandomize=True)
@given(texts=LOGS)
def test_ids_are_dense_and_in_first_seen_order_and_wordings_all_differ(name: str, texts: list[str]) -> None:
    ids, known = _mine(texts, name)
    assert len(ids) == len(texts)
    assert list(dict.fromkeys(ids.tolist())) == list(range(len(known.templates)))
    assert len(set(known.templates)) == len(known.templates)


@MINERS
@settings(deadline=None, derandomize=True)
@given(texts=LOGS, others=LOGS)
def test_what_was_mined_is_matched_as_it_was_and_stays_whatever_is_mined_later(
    name: str, texts: list[str], others: list[str]
) -> None:
    ids, known = _mine(texts, name)
    read = KnownTemplates.read(schemas.Patterns.validate(known.frame()))
    assert read == known
    assert read.match(texts).tolist() == ids.tolist()
    later, more = _mine(others, name, known=read)
    assert more.templates[: len(known.templates)] == known.templates
    assert more.match(texts).tolist() == ids.tolist()
    assert more.match(others).tolist() == later.tolist()
    assert len(set(more.templates)) == len(more.templates)


@MINERS
@settings(deadline=None, derandomize=True)
@given(texts=LOGS)
def test_every_message_says_the_constant_words_of_its_template(name: str, texts: list[str]) -> None:
    for text, wording in zip(texts, _mined(texts, name), strict=True):
        assert {word for word in wording.split() if word.isalpha()} <= set(text.split())


@MINERS
def test_a_log_without_messages_has_no_templates(name: str) -> None:
    ids, known = _mine([], name)
    assert ids.tolist() == []
    assert known == NONE_KNOWN
    assert known.match(["gizmo is out"]).tolist() == [NEW]


@MINERS
def test_a_known_template_takes_lines_that_fit_and_what_fits_none_founds_a_new_one(name: str) -> None:
    users = ("zed", "amy", "bob", "eve", "kim", "lou")
    _, known = _mine([f"the gizmo lost its friend {user} again today" for user in users], name)
    assert known.match(["the gizmo lost its friend max again today", "gizmo is out"]).tolist() == [0, NEW]
    ids, more = _mine(["gizmo is out", "the gizmo lost its friend max again today"], name, known=known)
    assert ids.tolist() == [1, 0]
    assert more.templates == ("the gizmo lost its friend <*> again today", "gizmo is out")


def test_a_new_line_may_have_a_value_of_any_number_of_words() -> None:
    values = ("zed", "zed two", "old zed", "my own zed here", "amy")
    _, known = _mine([f"cannot mount package {value} because it is lost" for value in values])
    new = ["cannot mount package one two three four five because it is lost", "cannot mount package zed because"]
    assert known.match(new).tolist() == [0, NEW]


def test_what_is_worded_as_a_known_template_is_that_template() -> None:
    _, known = _mine(["unit <*> is out of the game for good"])
    ids, more = _mine(["unit alpha is out of the game for good", "unit beta is out of the game for good"], known=known)
    assert ids.tolist() == [0, 0]
    assert more.templates == known.templates


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
        ("lamp of class {} went out today", ("zed.lamps.Desk", "zed.lamps.Wall")),
        ("lamp of {} went out today", ("node_a<*>", "node_b<*>")),
        ("the gizmo answers <ip address> and <host name> to {} today", ("<ip address>", "local")),
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
    texts = [f"bad knock for {user} from <ip address> today" for user in users]
    texts += [f"bad knock for unknown user {user} from <ip address> today" for user in users]
    assert len(set(_mined(texts))) == 2


def test_what_masking_put_is_alike_whatever_it_was() -> None:
    texts = ["gizmo gone at <ip address> for good", "gizmo gone at <host name> for good"]
    assert set(_mined(texts)) == {"gizmo gone at <*> for good"}


def test_a_list_is_as_one_of_its_members() -> None:
    texts = ["these lamps are out: <lamp id>", "these lamps are out: <lamp id>, <lamp id>, <lamp id>"]
    assert len(set(_mined(texts))) == 1


@pytest.mark.parametrize(
    "texts",
    [
        ["caller at <ip address> () hung up", "caller at <ip address> (<host name>) hung up"],
        ["gizmo took <*> [<*>, <*>] to wake", "gizmo took <*> to wake"],
        ["knock by guest <*> at the back door", "knock by guest zed at the back door"],
        ["shelf <package> is free", "shelf <ip address> is free"],
    ],
)
def test_what_may_be_missing_or_is_a_number_at_times_does_not_make_two_templates(texts: list[str]) -> None:
    assert len(set(_mined(texts))) == 1


@pytest.mark.parametrize(
    "texts",
    [
        ["the gizmo is not-responding", "the gizmo is not responding"],
        ["[<*>] gizmo paused (own wish)", "[<*>] gizmo resumed (own wish)", "[<*>] gizmo stopped (own wish)"],
        ["lamp now in state 'bright'", "lamp now in state 'dark'"],
        ["gizmo changed from new to ready", "gizmo changed from ready to busy", "gizmo changed from busy to gone"],
        ["link of node<*> is up by way of interface qa<*>", "link of node<*> is up by way of interface zed<*>"],
        ["gizmo ended, exit code: 0", "gizmo ended, exit code: <*>"],
        ["lamp heard zed.lamp.POWER_ON".lower(), "lamp heard zed.lamp.POWER_OFF".lower()],
        ["gizmo died of zed.io.pipeerror again", "gizmo died of zed.net.routeerror again"],
        ["setting zed.home=<file path>", "setting zed.path=<file path>"],
    ],
)
def test_what_is_meant_is_kept_apart(texts: list[str]) -> None:
    assert len(set(_mined(texts))) == len(texts)


def test_a_value_that_is_said_nearly_always_is_no_variable() -> None:
    texts = [f"party <*> was begun by client {client}" for client in ("zed", "amy")]
    assert _mined(texts, counts=[600, 1]) == texts
    assert set(_mined(texts, counts=[60, 40])) == {"party <*> was begun by client <*>"}
    assert set(_mined(texts, counts=[600, 1], rare=0.001)) == {"party <*> was begun by client <*>"}


def test_a_statement_with_one_of_a_templates_values_is_of_it() -> None:
    colours = ("red", "green", "blue", "pink", "grey")
    texts = [f"the old lamp is {colour} and big now" for colour in colours]
    assert set(_mined(["some old lamp is teal and big now", *texts])) == {
        "some old lamp is teal and big now",
        "the old lamp is <*> and big now",
    }


def test_a_plain_tree_is_not_looked_over() -> None:
    texts = ["gizmo power was turned on today", "gizmo power was turned off today"]
    assert set(_mined(texts, look_over=False)) == {"gizmo power was turned <*> today"}


def test_a_wording_is_as_its_most_frequent_statement_has_it() -> None:
    texts = [f"lamp ({colour}): went out, twice" for colour in ("red", "green", "blue", "pink", "grey", "teal")]
    assert set(_mined([*texts, "lamp - ochre - went out twice"], counts=[1, 9, 1, 1, 1, 1, 1])) == {
        "lamp (<*>): went out, twice"
    }


@MINERS
@pytest.mark.parametrize("run", ["a", "<", "<a", "(", "(<", "-", "=", "a=", "a.", "a-", "_", "<*>", "a ", "ab ab c "])
def test_a_long_run_of_anything_is_mined_and_matched(name: str, run: str) -> None:
    text = (run * 60_000)[:60_000]
    ids, known = _mine([text, f"{text} gone", "gizmo is out"], name)
    assert known.match([text, f"{text} gone"]).tolist() == ids[:2].tolist()


def test_messages_that_hardly_merge_take_time_in_proportion() -> None:
    letters = [f"{one}{two}" for one, two in itertools.product("abcdefghijklmnop", repeat=2)]
    texts = [f"{one}{two} {two}{three}" for one, two, three in itertools.product(letters[:28], letters[:28], "qrst")]
    texts += [f"{text} {text[::-1]} gone {text[:3]}" for text in texts]

    def seconds(part: list[str]) -> float:
        start = time.process_time()
        _mine(part)
        return time.process_time() - start

    # Four times as many; of quadratic ones it would be 16. Once more where a busy machine may have spoilt the first.
    assert any(seconds(texts) < 8 * seconds(texts[::4]) for _ in range(2))


@MINERS
def test_a_message_may_have_any_number_of_words(name: str) -> None:
    long = " ".join(map("".join, itertools.islice(itertools.product("abcdefghij", repeat=5), 20_000)))
    assert _mined([long, "gizmo is out"], name) == [long, "gizmo is out"]


def test_ft_tree_cuts_what_follows_a_word_with_too_many_children() -> None:
    texts = [f"one two three four {word} {word}x" for word in ("a", "b", "c", "d", "e")]
    assert set(_mined(texts, "ft_tree")) == {"one two three four <*>"}
    assert _mined(texts[:4], "ft_tree") == texts[:4]


def test_ft_tree_leaves_short_messages_as_they_are() -> None:
    texts = [f"one two three {word}" for word in ("a", "b", "c", "d", "e")]
    assert _mined(texts, "ft_tree") == texts
