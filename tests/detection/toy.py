"""A small problem that can be learnt: two source systems and a target, whose anomalies share a direction in space."""

from __future__ import annotations

import numpy as np

from crosslog.detection.windows import PAD, Episode, Windows, fold

DIM = 8
TEXTS = 40  # per system, a quarter of them anomalous
LENGTH = 20


def problem(seed: int = 0, events: int = 410) -> tuple[list[Episode], Episode]:
    """Two source episodes and one of the target; supports and queries hold different texts of the same system."""
    rng = np.random.default_rng(seed)
    systems = ("first", "second", "target")
    anomalous = np.arange(TEXTS) % 4 == 0
    vectors = rng.normal(size=(len(systems), TEXTS, DIM))
    vectors[:, :, 0] += np.where(anomalous, 4.0, -4.0)  # carried from system to system
    vectors[:, :, 1] += np.array([3.0, -3.0, 3.0])[:, None]  # the system's own
    table = vectors.reshape(-1, DIM)
    table = (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32)
    made = [episode(table, system, number, rng, events) for number, system in enumerate(systems)]
    return made[:2], made[2]


def episode(table: np.ndarray, system: str, number: int, rng: np.random.Generator, events: int) -> Episode:
    """The query knows all of the system's texts, the support half of them."""
    spans = [rng.integers(0, TEXTS // 2, events), rng.integers(0, TEXTS, events)]
    return Episode(*(windows(table, system, number, span, at * events) for at, span in enumerate(spans)))


def windows(table: np.ndarray, system: str, number: int, texts: np.ndarray, before: int) -> Windows:
    """Events with these texts of one system; lines go on after `before`."""
    ids = (texts + number * TEXTS).astype(np.int32)
    return Windows(
        ids=fold(ids, LENGTH, PAD),
        table=table,
        texts=[f"text {i}" for i in range(len(table))],
        messages=fold(ids, LENGTH, PAD),
        message_texts=[f"{'disk failed' if i % 4 == 0 else 'all is well'} {i}" for i in range(len(table))],
        severities=np.where(np.arange(len(table)) % 4 == 0, 4, 1).astype(np.int8),
        labels=fold(texts % 4 == 0, LENGTH, False),
        lines=fold(np.arange(1, len(texts) + 1, dtype=np.int64) + before, LENGTH, PAD),
        system=system,
    )


def only(given: Windows, label: bool) -> Windows:
    """The windows that are left when every event of the other label is padding."""
    kept = given.real & (given.labels == label)
    return Windows(
        ids=np.where(kept, given.ids, PAD).astype(np.int32),
        table=given.table,
        texts=given.texts,
        messages=np.where(kept, given.messages, PAD).astype(np.int32),
        message_texts=given.message_texts,
        severities=given.severities,
        labels=given.labels & kept,
        lines=np.where(kept, given.lines, PAD),
        system=given.system,
    )


def auroc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Chance that an anomalous event scores higher than a normal one; ties count half."""
    positive, negative = scores[labels], scores[~labels]
    wins = (positive[:, None] > negative[None]).mean() + (positive[:, None] == negative[None]).mean() / 2
    return float(wins)
