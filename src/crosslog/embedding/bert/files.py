"""A BERT's folder as Hugging Face writes it: which ones are read here, their weights and their tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.embedding import models

Tensor = NDArray[np.floating[Any]]

WEIGHTS_FILE, TOKENIZER_FILE = "model.safetensors", "tokenizer.json"
# What tokenizer_config.json calls the switches of the normalizer in tokenizer.json; transformers follows the former.
SWITCHES = {
    "do_lower_case": "lowercase",
    "strip_accents": "strip_accents",
    "tokenize_chinese_chars": "handle_chinese_chars",
}


class Affine(NamedTuple):
    """A linear layer's matrix (out, in) and shift (out); or a normalisation's scale and shift (dim)."""

    weight: NDArray[np.float64]
    bias: NDArray[np.float64]


class Layer(NamedTuple):
    """One layer's weights; queries, keys and values are one product."""

    attention: Affine
    attended: Affine
    attended_norm: Affine
    wide: Affine
    narrow: Affine
    narrow_norm: Affine


class BertWeights(NamedTuple):
    """All that is added, multiplied and normalised, and the two numbers that its shapes do not tell.

    Attributes
    ----------
    words : (words, dim) as the file has them: only the rows of a text's tokens are taken to float64
    positions : (positions, dim) added at each place of a text, its token type included
    norm : of the sums of the two
    layers : the first one first
    heads, epsilon : `num_attention_heads` and `layer_norm_eps` of the configuration
    """

    words: Tensor
    positions: NDArray[np.float64]
    norm: Affine
    layers: tuple[Layer, ...]
    heads: int
    epsilon: float


def is_bert(folder: Path) -> bool:
    """Whether a folder's network is computed here: plain positions, GELU, weights in one file, a fast tokenizer."""
    if not all((folder / name).is_file() for name in (WEIGHTS_FILE, TOKENIZER_FILE)):
        return False
    settings = models.configuration(folder)
    usual = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "is_decoder": False,
    }
    unnamed = {"position_embedding_type": "absolute", "is_decoder": False}  # newer files leave out what is usual
    return {key: settings.get(key, unnamed.get(key)) for key in usual} == usual and _is_normalised_as_said(folder)


def _is_normalised_as_said(folder: Path) -> bool:
    content, said = models.configuration(folder, TOKENIZER_FILE), models.configuration(folder, "tokenizer_config.json")
    normalizer = content["normalizer"] or {}
    kinds = normalizer.get("type"), content["model"].get("type")
    return kinds == ("BertNormalizer", "WordPiece") and all(
        said.get(key, normalizer[switch]) == normalizer[switch] for key, switch in SWITCHES.items()
    )


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer, without padding; how long a text may be is said when it is asked."""
    import tokenizers  # noqa: PLC0415 needed only where a text is new

    tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.no_padding()
    return tokenizer


def read_weights(folder: Path) -> BertWeights:
    """The network's weights, of a folder that `is_bert` holds for.

    Raises
    ------
    ModelError
        If the file is damaged, or lacks what the configuration promises.
    """
    from safetensors import SafetensorError  # noqa: PLC0415 as above
    from safetensors.numpy import load_file  # noqa: PLC0415

    try:
        return _arrange(load_file(folder / WEIGHTS_FILE), models.configuration(folder))
    except (OSError, KeyError, SafetensorError) as error:
        raise models.ModelError(f"{folder / WEIGHTS_FILE} cannot be read as a BERT's weights: {error}") from None


def _arrange(file: Mapping[str, Tensor], settings: Mapping[str, Any]) -> BertWeights:
    positions = _double(file, "embeddings.position_embeddings.weight")
    types = _double(file, "embeddings.token_type_embeddings.weight")
    return BertWeights(
        file["embeddings.word_embeddings.weight"],
        positions + types[0],
        _affine(file, "embeddings.LayerNorm"),
        tuple(_layer(file, f"encoder.layer.{number}.") for number in range(settings["num_hidden_layers"])),
        settings["num_attention_heads"],
        settings["layer_norm_eps"],
    )


def _layer(file: Mapping[str, Tensor], prefix: str) -> Layer:
    parts = [_affine(file, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
    return Layer(
        Affine(np.concatenate([part.weight for part in parts]), np.concatenate([part.bias for part in parts])),
        _affine(file, f"{prefix}attention.output.dense"),
        _affine(file, f"{prefix}attention.output.LayerNorm"),
        _affine(file, f"{prefix}intermediate.dense"),
        _affine(file, f"{prefix}output.dense"),
        _affine(file, f"{prefix}output.LayerNorm"),
    )


def _affine(file: Mapping[str, Tensor], name: str) -> Affine:
    return Affine(_double(file, f"{name}.weight"), _double(file, f"{name}.bias"))


def _double(file: Mapping[str, Tensor], name: str) -> NDArray[np.float64]:
    return file[name].astype(np.float64)
