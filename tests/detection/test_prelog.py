"""What PreLog reads, how it is spoilt and mended, and that a model by name goes the same way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from detection.first_step import changes_in_the_first_step
from detection.made import make_texts, make_windows, with_events
from detection.toy import auroc, problem_of_windows

from crosslog.detection.detectors.prelog import PreLog
from crosslog.detection.events import Windows
from crosslog.detection.learning.denoiser import Denoiser, DenoiserSizes, Noise, mending_loss, spoil
from crosslog.detection.learning.language import HashedWords, write_tokens
from crosslog.detection.learning.pretrained import PretrainedError

SOURCES, TARGET = problem_of_windows()
WORDS = HashedWords(64)


def build(**changed: Any) -> PreLog:
    return PreLog(**{**PreLog.small, "seed": 1, **changed})


def windows(rows: list[list[int]], texts: list[str]) -> Windows:
    made = make_windows(rows, [[0] * len(row) for row in rows], make_texts(np.eye(len(texts)), texts=texts))
    return replace(made, unit="window")


def test_a_run_is_the_words_of_its_events_each_with_an_end() -> None:
    given = windows([[0, 1], [2], [1, 1]], ["Disk <num> failed: sda1", "ok", "...!"])
    disk, number, failed, sda, ok = (WORDS.encode(word)[0] for word in ("disk", "<num>", "failed", "sda", "ok"))
    end = WORDS.end
    found = write_tokens(given, given.ids, WORDS, each=9, most=99)
    assert found.tolist() == [
        [disk, number, failed, sda, end, ok, end],
        [end, 0, 0, 0, 0, 0, 0],
        [ok, end, ok, end, 0, 0, 0],
    ]
    assert write_tokens(given, given.ids, WORDS, each=2, most=4)[0].tolist() == [disk, number, end, ok]


def test_words_are_tokens_by_their_hash_and_never_special_ones() -> None:
    many = WORDS.encode(" ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600)))
    assert set(many) == set(range(4, 64))
    assert WORDS.encode("Failed") == WORDS.encode("failed") != WORDS.encode("passed")


def test_noise_masks_a_share_of_words_and_nothing_else() -> None:
    tokens = torch.tensor([[9, 8, 3, 7, 3, 0]]).repeat(4000, 1)
    spoilt = spoil(tokens, Noise(masked=0.25, shuffled=0.0), WORDS, torch.Generator().manual_seed(0))
    changed = spoilt != tokens
    assert (spoilt[changed] == WORDS.masked).all()
    assert not changed[:, [2, 4, 5]].any()
    assert changed[:, [0, 1, 3]].float().mean().item() == pytest.approx(0.25, abs=0.02)


def test_noise_shuffles_events_whole_and_keeps_all_of_them() -> None:
    tokens = torch.tensor([[9, 3, 8, 8, 3, 7, 3, 0]]).repeat(200, 1)
    spoilt = spoil(tokens, Noise(masked=0.0, shuffled=0.5), WORDS, torch.Generator().manual_seed(0))
    assert torch.equal(spoilt.sort(dim=1).values, tokens.sort(dim=1).values)
    assert {tuple(row) for row in spoilt.tolist()} == {
        (9, 3, 8, 8, 3, 7, 3, 0), (8, 8, 3, 9, 3, 7, 3, 0), (9, 3, 7, 3, 8, 8, 3, 0),
    }  # fmt: skip


def test_a_token_is_mended_from_those_before_it_and_not_from_itself() -> None:
    torch.manual_seed(0)
    network = Denoiser(DenoiserSizes(tokens=12, model=8, heads=2, feed_forward=8, layers=1, dropout=0.0)).eval()
    tokens = torch.tensor([[5, 6, 3, 7, 3, 0]])
    answers = torch.tensor([[2, 5, 6, 3]]), torch.tensor([[2, 5, 9, 3]])
    with torch.no_grad():
        one, other = (network(tokens, answer) for answer in answers)
        longer = network(torch.nn.functional.pad(tokens, (0, 4)), answers[0])
        told = mending_loss(network, tokens, tokens, WORDS)
    assert torch.allclose(one[:, :2], other[:, :2], atol=1e-6)
    assert not torch.allclose(one[:, 2:], other[:, 2:], atol=1e-3)
    assert torch.allclose(one, longer, atol=1e-6)  # what pads is not looked at
    by_hand = network(tokens, torch.tensor([[2, 5, 6, 3, 7]])).log_softmax(dim=2)[0]
    assert told.item() == pytest.approx(-by_hand[range(5), [5, 6, 3, 7, 3]].mean().item(), abs=1e-5)


def test_pre_training_mends_better_and_reads_no_label() -> None:
    untrained, trained = (build(steps=steps).fit(SOURCES) for steps in (0, 40))
    given = SOURCES[0].query
    tokens = torch.from_numpy(trained._write(given, given.ids))
    spoilt = spoil(tokens, Noise(0.3, 0.0), WORDS, torch.Generator().manual_seed(3))
    before, after = (mending_loss(each.load_network(1), spoilt, tokens, WORDS).item() for each in (untrained, trained))
    assert after < before - 0.5
    turned = [type(e)(*(with_events(part, labels=~part.events.labels) for part in e.parts)) for e in SOURCES]
    again = build(steps=2).fit(turned).state
    assert all(np.array_equal(again[name], array) for name, array in build(steps=2).fit(SOURCES).state.items())


def test_the_answer_is_the_mean_over_the_words_of_a_class() -> None:
    fitted = build().fit(SOURCES)
    network = fitted.load_network(1)
    tokens = torch.tensor([[9, 3]])
    prompt = torch.tensor([[WORDS.begin, *WORDS.encode("this sequence was")]])
    with torch.no_grad():
        said = network(tokens, prompt)[0, -1].log_softmax(dim=0)
        found = fitted._answer(network, tokens)[0]
    good, bad = (said[WORDS.encode(words)].mean() for words in ("good clean great", "abnormal bad failure"))
    assert torch.allclose(found, torch.stack([good, bad]), atol=1e-6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of BART's form with a handful of words, as its files."""
    from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: PLC0415
    from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast  # noqa: PLC0415

    place = tmp_path_factory.mktemp("bart")
    words = (
        "<pad> <s> </s> <unk> disk failed on all is well with This sequence was good clean great abnormal bad failure"
    )
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words.split())}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    special = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(place)
    torch.manual_seed(0)
    shape = {"d_model": 8, "vocab_size": len(words.split()), "max_position_embeddings": 64, "pad_token_id": 0}
    layers = {
        f"{part}_{name}": count
        for part in ("encoder", "decoder")
        for name, count in (("layers", 1), ("attention_heads", 2), ("ffn_dim", 8))
    }
    tokens = {"bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2, "forced_eos_token_id": None}
    BartForConditionalGeneration(BartConfig(**shape, **layers, **tokens, dropout=0.0)).save_pretrained(place)
    return place


def test_a_model_by_name_is_tuned_as_it_is_and_all_of_it(folder: Path) -> None:
    method = build(model=str(folder), tuning_steps=30, tuning_rate=0.02).fit(SOURCES)
    assert not method.state
    adapted = method.adapt(TARGET.support, SOURCES)
    scores = adapted.score(TARGET.query.withhold())
    assert auroc(scores, TARGET.query.truth) > 0.9
    again = replace(method, state=dict(adapted.state))
    assert np.array_equal(again.score(TARGET.query.withhold()), scores)
    changes = changes_in_the_first_step(lambda: method.adapt(TARGET.support, SOURCES))
    assert len(changes) == len(method.trainable)
    still = [name for name, change in zip(method.trainable, changes, strict=True) if not change.any()]
    assert all(name.endswith("k_proj.bias") for name in still)  # a bias of all keys alike moves no attention


def test_a_name_that_leads_nowhere_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(PretrainedError, match=r"prelog\.model: .* cannot be loaded as a sequence-to-sequence model"):
        build(model=str(tmp_path)).fit(SOURCES).adapt(TARGET.support, SOURCES)
