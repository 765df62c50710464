from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from crosslog.embedding import cache, store
from crosslog.embedding.cache import Recalled, recall_vectors
from crosslog.embedding.encoders.hashing import Hashing
from crosslog.embedding.store import StoreError, digest_texts, write_shard

ENCODER = Hashing(8, 1)


def recall(folder: Path, *texts: str) -> Recalled:
    found = recall_vectors(texts, folder, ENCODER)
    assert np.array_equal(found.vectors, ENCODER.encode(texts))
    return found


def test_only_what_is_new_is_encoded_and_the_order_is_that_of_the_texts(tmp_path: Path) -> None:
    assert recall(tmp_path, "gear", "belt", "gear").new == 2
    found = recall(tmp_path, "widget", "belt", "gear")
    assert (found.new, found.remarks) == (1, ())
    assert recall(tmp_path, "gear", "widget").new == 0


def test_no_texts_give_no_vectors_and_write_nothing(tmp_path: Path) -> None:
    assert recall_vectors([], tmp_path / "new", ENCODER).vectors.shape == (0, 8)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("damage", [b"", b"no shard", None])
def test_a_damaged_shard_is_removed_said_and_made_up_for(tmp_path: Path, damage: bytes | None) -> None:
    recall(tmp_path, *(f"widget {number}" for number in range(50)))
    (shard,) = tmp_path.glob("*.npz")
    whole = shard.read_bytes()
    middle = len(whole) // 2
    shard.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :] if damage is None else damage)
    found = recall(tmp_path, "widget 1", "widget 2")
    assert found.new == 2
    assert found.remarks == (f"{shard} was damaged: its vectors are computed again",)
    assert not shard.exists()
    assert recall(tmp_path, "widget 1", "widget 2")[1:] == (0, ())


@pytest.mark.parametrize("rows", [np.zeros((1, 9), np.float32), np.full((1, 8), np.nan, np.float32)])
def test_vectors_that_cannot_be_this_encoders_are_not_taken(tmp_path: Path, rows: NDArray[np.float32]) -> None:
    shard = write_shard(tmp_path, digest_texts(["gear"]), rows)
    found = recall(tmp_path, "gear")
    assert found.new == 1
    assert str(shard) in found.remarks[0]


def test_a_folder_that_cannot_be_written_is_said_and_the_vectors_are_there(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file stands where the folder would be")
    found = recall(tmp_path / "state" / "vectors", "gear")
    assert found.new == 1
    assert "vectors are computed again next time" in found.remarks[0]


def test_a_full_disk_leaves_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recall(tmp_path, "gear")

    def fill(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.np, "savez", fill)
    assert "no room on the disk" in recall(tmp_path, "belt").remarks[0]
    assert recall(tmp_path, "gear")[1:] == (0, ())
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz"}


def test_many_shards_become_one_with_the_latest_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_SHARDS", 4)
    monkeypatch.setattr(cache, "MOST_VECTORS", 3)
    for number in range(4):
        recall(tmp_path, f"widget {number}")
        (newest,) = {path for path in tmp_path.iterdir() if path.stat().st_mtime_ns > 1e18}
        os.utime(newest, ns=(number + 1, number + 1))
    recall(tmp_path, "widget 0", "belt")
    assert len(list(tmp_path.iterdir())) == 1
    assert [recall_vectors([f"widget {number}"], tmp_path, ENCODER).new for number in (0, 3)] == [0, 0]
    assert recall(tmp_path, "belt", "widget 1", "widget 2").new == 2


def recall_many(folder: Path, start: int) -> None:
    for number in range(start, start + 40):
        found = recall(folder, f"widget {number}", f"widget {number + 1}")
        assert not found.remarks


def test_two_processes_that_merge_under_one_another_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_SHARDS", 2)
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=recall_many, args=(tmp_path, start)) for start in (0, 20)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [one.exitcode for one in both] == [0, 0]
    assert len(list(tmp_path.glob("*"))) <= 4
    recall(tmp_path, *(f"widget {number}" for number in range(61)))


def test_an_encoder_that_breaks_its_promise_is_an_error(tmp_path: Path) -> None:
    class Broken(Hashing):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return np.full((len(texts), self.dim), np.nan, dtype=np.float32)

    with pytest.raises(StoreError, match="finite float32"):
        recall_vectors(["gear"], tmp_path, Broken(8, 1))
    assert list(tmp_path.iterdir()) == []
