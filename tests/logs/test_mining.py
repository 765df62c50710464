from __future__ import annotations

import itertools

import pytest

from crosslog import plugins

BLOCKS = {"drain": {"depth": 4, "similarity": 0.4, "max_children": 100}}
WORDS = ("red", "green", "blue", "gone", "back")
TEXTS = [" ".join(words) for words in itertools.permutations(WORDS, 4)]


@pytest.mark.parametrize("name", plugins.names("logs.mining"))
def test_every_miner_gives_dense_ids_and_templates_that_all_differ(name: str) -> None:
    miner = plugins.build("logs.mining", name, BLOCKS[name])
    ids = [miner.add(text) for text in TEXTS]
    wordings = miner.templates()
    assert list(dict.fromkeys(ids)) == list(range(len(wordings)))
    assert len(set(wordings)) == len(wordings) > 1


@pytest.mark.parametrize("name", plugins.names("logs.mining"))
def test_a_template_covers_every_message_that_joined_it(name: str) -> None:
    miner = plugins.build("logs.mining", name, BLOCKS[name])
    ids = [miner.add(text) for text in TEXTS]
    for text, wording in zip(TEXTS, (miner.templates()[number] for number in ids), strict=True):
        pairs = zip(wording.split(), text.split(), strict=True)
        assert all(word in ("<*>", said) for word, said in pairs)


def test_a_message_that_would_make_two_templates_alike_joins_the_other_one() -> None:
    miner = plugins.build("logs.mining", "drain", {"depth": 3, "similarity": 0.6, "max_children": 100})
    ids = [miner.add(text) for text in ("a b c d e", "v b x d e", "v b c d z", "a b x d e")]
    assert len(miner.templates()) == len(set(miner.templates())) == len(set(ids))


def test_a_text_given_twice_stays_in_its_template() -> None:
    miner = plugins.build("logs.mining", "drain", BLOCKS["drain"])
    assert [miner.add(text) for text in ("the gizmo turned", "nothing alike here now", "the gizmo turned")] == [0, 1, 0]
