"""Where a model's files come from: a folder, or the Hugging Face cache by name; never a network that is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embedding.models_made_here import tiny_bert

from crosslog.embedding import models
from crosslog.embedding.encoders.bert_published import BertPublished
from crosslog.embedding.encoders.hugging_face import HuggingFace
from crosslog.embedding.models import ModelError

NAME = "someone/tiny"
NOWHERE = "http://127.0.0.1:9"  # a port where nobody listens
TEXTS = ["the widget spun", "gear broke"]
ELSEWHERE = """
import sys
import numpy as np
from huggingface_hub import constants
from crosslog import plugins
from crosslog.embedding.models import ModelError
for name in ("hugging_face", "bert_published"):
    encoder = plugins.build("embedding.encoders", name, {"model": sys.argv[1], "batch_size": 2, "max_tokens": 8})
    assert encoder.dim == 32
    np.save(f"{name}.npy", encoder.encode(sys.argv[2:]))
constants.HF_HUB_OFFLINE = True
for name in ("hugging_face", "bert_published", "sentence_transformer"):
    try:
        plugins.build("embedding.encoders", name, {"model": "bert-of-nobody", "batch_size": 2, "max_tokens": 8}).dim
    except ModelError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hugging Face cache that holds one model, under NAME."""
    home = tmp_path_factory.mktemp("home")
    repository = home / "hub/models--someone--tiny"
    tiny_bert(repository / "snapshots/0123abcd")
    (repository / "refs").mkdir()
    (repository / "refs/main").write_text("0123abcd")
    return home


@pytest.fixture(scope="module")
def elsewhere(home: Path) -> subprocess.CompletedProcess[str]:
    """What another process says with that cache and no network: huggingface_hub reads its environment once."""
    environment = {"HF_HOME": str(home), "HF_ENDPOINT": NOWHERE, "HF_HUB_OFFLINE": "0"}
    return subprocess.run(
        [sys.executable, "-c", ELSEWHERE, NAME, *TEXTS],
        cwd=home,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )


def test_a_name_in_the_hugging_face_cache_needs_no_network(
    home: Path, elsewhere: subprocess.CompletedProcess[str]
) -> None:
    assert "thrown while requesting" not in elsewhere.stderr
    folder = str(home / "hub/models--someone--tiny/snapshots/0123abcd")
    for encoder in (HuggingFace(folder, 2, 8), BertPublished(folder, 2, 8)):
        name = type(encoder).__module__.rpartition(".")[2]
        assert np.array_equal(np.load(home / f"{name}.npy"), encoder.encode(TEXTS))


def test_a_name_that_is_nowhere_is_an_error_that_says_what_to_do(elsewhere: subprocess.CompletedProcess[str]) -> None:
    said = elsewhere.stdout.splitlines()
    assert len(said) == 3
    for line in said:
        assert line.startswith("embed.options.model: bert-of-nobody cannot be loaded: ")
        assert "into a folder and name the folder in params.yaml" in line
        assert "or set HF_HOME" in line


def test_a_folder_that_cannot_be_read_is_not_sought_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        HuggingFace(str(tmp_path), 2, 8).encode(TEXTS)
    assert "HF_HOME" not in str(caught.value)


def test_a_model_without_its_tokenizer_is_refused_rather_than_read_as_unknown_words(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path / "m")
    for file in folder.glob("tokenizer*"):
        file.unlink()
    with pytest.raises(ModelError, match="the tokenizer's files are not there"):
        HuggingFace(str(folder), 2, 8).encode(TEXTS)


def test_the_cache_comes_before_the_hub_and_a_folder_before_both(tmp_path: Path) -> None:
    asked: list[tuple[str, bool]] = []

    def load(place: str, local_only: bool) -> str:
        asked.append((place, local_only))
        if local_only:
            raise OSError("not cached")
        return "from the hub"

    assert models.loaded(NAME, load) == "from the hub"
    assert asked == [(NAME, True), (NAME, False)]
    with pytest.raises(ModelError, match="not cached"):
        models.loaded(str(tmp_path), load)
    assert asked[2:] == [(str(tmp_path), True)]
