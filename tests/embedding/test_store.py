from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from crosslog.embedding import store
from crosslog.embedding.encoders.hashing import Hashing
from crosslog.embedding.store import StoreError, vectors_for
from crosslog.executor import open_pool


class Counting:
    """The hashing encoder, and what it was asked."""

    unit_length = True
    dim = 8

    def __init__(self) -> None:
        self.asked: list[str] = []

    def identity(self) -> str:
        return "counting"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return Hashing(self.dim, 1).encode(texts)


def test_only_what_is_missing_is_encoded(tmp_path: Path) -> None:
    encoder = Counting()
    first, new = vectors_for(["gear", "belt"], tmp_path, encoder)
    assert new == 2
    second, new = vectors_for(["belt", "widget", "gear"], tmp_path, encoder)
    assert new == 1
    assert encoder.asked == ["gear", "belt", "widget"]
    assert np.array_equal(second[[2, 0]], first)
    assert np.array_equal(second, Hashing(8, 1).encode(["belt", "widget", "gear"]))


def test_a_text_that_comes_twice_is_encoded_once(tmp_path: Path) -> None:
    encoder = Counting()
    vectors, new = vectors_for(["gear", "belt", "gear"], tmp_path, encoder)
    assert (new, encoder.asked) == (1 + 1, ["gear", "belt"])
    assert np.array_equal(vectors[0], vectors[2])


def test_where_nothing_is_missing_nothing_is_asked_or_written(tmp_path: Path) -> None:
    vectors_for(["gear"], tmp_path, Counting())
    files, encoder = sorted(tmp_path.iterdir()), Counting()
    assert vectors_for(["gear"], tmp_path, encoder)[1] == 0
    assert (encoder.asked, sorted(tmp_path.iterdir())) == ([], files)


def test_no_texts_give_an_empty_matrix(tmp_path: Path) -> None:
    vectors, new = vectors_for([], tmp_path, Counting())
    assert (vectors.shape, vectors.dtype, new) == ((0, 8), np.float32, 0)


def test_a_long_run_is_written_as_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying(Counting):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            if len(self.asked) >= 2:
                raise KeyboardInterrupt
            return super().encode(texts)

    monkeypatch.setattr(store, "SHARD_TEXTS", 1)
    with pytest.raises(KeyboardInterrupt):
        vectors_for(["gear", "belt", "widget"], tmp_path, Dying())
    encoder = Counting()
    assert vectors_for(["gear", "belt", "widget"], tmp_path, encoder)[1] == 1
    assert encoder.asked == ["widget"]


def write_many(folder: Path, start: int) -> None:
    for number in range(start, start + 20):
        vectors_for([f"widget {number}", f"widget {number + 1}"], folder, Hashing(8, 1))


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(tmp_path, start)) for start in (0, 10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    texts, encoder = [f"widget {number}" for number in range(31)], Counting()
    vectors, new = vectors_for(texts, tmp_path, encoder)
    assert (new, encoder.asked) == (0, [])
    assert np.array_equal(vectors, Hashing(8, 1).encode(texts))
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz"}


@pytest.mark.parametrize("damage", [b"", b"not a shard", None])
def test_a_damaged_shard_is_an_error_that_names_it_and_what_to_do(tmp_path: Path, damage: bytes | None) -> None:
    vectors_for(["gear"] + [f"widget {number}" for number in range(50)], tmp_path, Counting())
    (shard,) = tmp_path.glob("*.npz")
    whole = shard.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    shard.write_bytes(flipped if damage is None else damage)
    with pytest.raises(StoreError, match=f"{shard.name} is damaged.*delete it"):
        vectors_for(["gear"], tmp_path, Counting())
    shard.unlink()
    assert vectors_for(["gear"], tmp_path, Counting())[1] == 1


def test_the_same_texts_make_the_same_shard_to_the_byte(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        vectors_for(["gear", "belt"], tmp_path / folder, Counting())
    (one,), (two,) = (tmp_path / "one").iterdir(), (tmp_path / "two").iterdir()
    assert (one.name, one.read_bytes()) == (two.name, two.read_bytes())


def test_an_encoder_that_breaks_its_word_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    class Broken(Counting):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return np.full((len(texts), 8), np.nan, dtype=np.float32)

    with pytest.raises(StoreError, match="counting gave float32"):
        vectors_for(["gear"], tmp_path, Broken())
    assert not list(tmp_path.iterdir())


def test_vectors_do_not_depend_on_where_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SHARD_TEXTS", 10)
    texts = [f"widget {number}" for number in range(45)]
    alone, _ = vectors_for(texts, tmp_path / "alone", Hashing(8, 1))
    spread, new = vectors_for(
        texts, tmp_path / "spread", Hashing(8, 1), lambda shards: open_pool({"CROSSLOG_WORKERS": "2"}, most=shards)
    )
    assert new == 45
    assert np.array_equal(alone, spread)
    names = [sorted(path.name for path in (tmp_path / folder).iterdir()) for folder in ("alone", "spread")]
    assert names[0] == names[1]
    assert len(names[0]) == 5
