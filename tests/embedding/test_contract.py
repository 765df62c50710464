"""What every file in encoders/ promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embedding.models_made_here import WORDS, tiny_bert, tiny_sentence_transformer

from crosslog import plugins
from crosslog.embedding.encoder import Encoder

KIND = "embedding.encoders"
TEXTS = ["", "widget", "the left gear broke", *[" ".join(WORDS[:n]) for n in range(1, 15)], "unheard of " * 40]


def options(name: str, folder: Path) -> dict[str, Any]:
    """A small block for each file; another file adds its own here."""
    if name == "hashing":
        return {"dim": 16, "seed": 1}
    make = tiny_sentence_transformer if name == "sentence_transformer" else tiny_bert
    return {"model": str(make(folder / name)), "batch_size": 4, "max_tokens": 32}


@pytest.fixture(scope="module", params=plugins.names(KIND))
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return plugins.build(KIND, request.param, options(request.param, tmp_path_factory.mktemp("models")))


def test_vectors_are_finite_float32_of_the_promised_size(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.dim)
    assert np.isfinite(vectors).all()


def test_no_text_gives_no_vector(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_a_vector_does_not_depend_on_the_texts_around_it_to_the_bit(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    backwards = encoder.encode(TEXTS[::-1])[::-1]
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert together.tobytes() == backwards.tobytes() == alone.tobytes()


def test_different_texts_have_different_vectors(encoder: Encoder) -> None:
    assert len(np.unique(encoder.encode(["widget spun", "gear broke", "belt slipped"]), axis=0)) == 3


def test_vectors_have_length_one_where_promised(encoder: Encoder) -> None:
    lengths = np.linalg.norm(encoder.encode(TEXTS), axis=1)
    assert np.allclose(lengths, 1, atol=1e-5) == encoder.unit_length


def test_the_identity_is_a_stable_file_name_that_starts_with_the_encoders(encoder: Encoder) -> None:
    name = type(encoder).__module__.rpartition(".")[2]
    assert encoder.identity().startswith(f"{name}-")
    assert encoder.identity() == encoder.identity() == Path(encoder.identity()).name


@pytest.mark.parametrize("name", plugins.names(KIND))
def test_every_option_and_the_weights_change_the_identity(name: str, tmp_path: Path) -> None:
    block = options(name, tmp_path)
    seen = {plugins.build(KIND, name, block).identity()}
    for key in set(block) - {"model"}:
        seen.add(plugins.build(KIND, name, {**block, key: block[key] + 1}).identity())
    if "model" in block:
        weights = Path(block["model"], "model.safetensors")
        other = tmp_path / "other" / name
        other.parent.mkdir()
        weights.parent.rename(other)
        (other / "model.safetensors").write_bytes((other / "model.safetensors").read_bytes() + b"x")
        seen.add(plugins.build(KIND, name, {**block, "model": str(other)}).identity())
    assert len(seen) == len(block) + (0 if "model" in block else 1) + ("model" in block)
