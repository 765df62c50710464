from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from embedding.models_made_here import WORDS, tiny_bert

from crosslog.embedding.encoders.bert_published import BertPublished, cleaned
from crosslog.embedding.encoders.hugging_face import HuggingFace
from crosslog.embedding.transformer import Transformer

PAD, CLS, SEP, FIRST_WORD = 0, 2, 3, 5  # places in the vocabulary of tiny_bert


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("models") / "m")


def states_of(folder: Path, words: list[str], padding: int) -> torch.Tensor:
    """(tokens + padding, 32): what the network makes of words written out as numbers by hand."""
    from transformers import BertModel  # noqa: PLC0415  five seconds of start-up

    ids = [CLS, *(FIRST_WORD + WORDS.index(word) for word in words), SEP]
    mask = [1] * len(ids) + [0] * padding
    network = BertModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        batch = torch.tensor([ids + [PAD] * padding])
        return network(input_ids=batch, attention_mask=torch.tensor([mask])).last_hidden_state[0]


def test_padding_is_in_the_mean_and_the_published_mean_is_another_than_the_masked_one(folder: Path) -> None:
    states = states_of(folder, ["the", "widget", "spun"], padding=7)
    (vector,) = BertPublished(str(folder), batch_size=2, max_tokens=12).encode(["the widget spun"])
    (masked,) = HuggingFace(str(folder), batch_size=2, max_tokens=12).encode(["the widget spun"])
    assert np.allclose(vector, states.mean(dim=0), atol=1e-6)
    assert np.allclose(masked, states[:5].mean(dim=0), atol=1e-6)
    assert not np.allclose(vector, masked, atol=1e-2)


def test_a_long_text_is_cut_to_exactly_as_many_positions(folder: Path) -> None:
    (vector,) = BertPublished(str(folder), batch_size=2, max_tokens=4).encode(["the widget spun left again"])
    assert np.allclose(vector, states_of(folder, ["the", "widget"], padding=0).mean(dim=0), atol=1e-6)


def test_only_words_reach_the_model(folder: Path) -> None:
    encoder = BertPublished(str(folder), batch_size=2, max_tokens=8)
    raw, words = encoder.encode(["The <WIDGET>, 17: spun_left!", "the widget spun left"])
    assert np.array_equal(raw, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("RAS KERNEL INFO 3 ddr error(s) at 0x00aa", "ras kernel info ddr error s at x aa"),
        ("<PATH> not found on <node_id>", "path not found on node id"),
        ("  Belt\tslipped... \n", "belt slipped"),
        ("größe ² x", "größe x"),
        ("<*> 42", ""),
    ],
)
def test_whatever_is_no_letter_becomes_one_blank(text: str, words: str) -> None:
    assert cleaned(text) == words


def test_a_full_text_has_the_same_bits_beside_padded_ones_in_a_network_as_wide_as_bert() -> None:
    from transformers import BertConfig, BertModel  # noqa: PLC0415  five seconds of start-up

    # Where no text of a batch is padded, transformers leaves the mask away and may take another kernel.
    torch.manual_seed(1)
    sizes = {"hidden_size": 768, "num_hidden_layers": 1, "num_attention_heads": 12, "intermediate_size": 768}
    wide = Transformer(Letters(), BertModel(BertConfig(vocab_size=30, **sizes)).eval())
    full = "abcdefghij"
    alone, beside = (
        wide.mean_of_last_layer(texts, 4, 10, with_padding=True)[0] for texts in ([full], [full, "ab", "", "xyz"])
    )
    assert alone.tobytes() == beside.tobytes()


class Letters:
    """A tokenizer whose tokens are letters."""

    pad_token_id = 0

    def __call__(self, texts: list[str], truncation: bool, max_length: int) -> dict[str, list[list[int]]]:
        return {"input_ids": [[ord(letter) - ord("a") + 1 for letter in text][:max_length] for text in texts]}
