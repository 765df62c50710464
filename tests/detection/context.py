"""A problem that only context solves: the same text is anomalous in some runs and normal in others."""

from __future__ import annotations

import numpy as np

from crosslog.detection.windows import Episode, Windows

DIM, LENGTH, TEXTS = 8, 20, 4
BAD, GOOD, AMBIGUOUS, OTHER = range(TEXTS)  # a run with BAD makes each AMBIGUOUS of it an anomaly


def problem(told: int = 0, seed: int = 0) -> tuple[list[Episode], Episode]:
    """Two source episodes and one of the target; `told` is the place in the run of the event that decides."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(TEXTS, DIM))
    table = (shared + 0.1 * rng.normal(size=(3, TEXTS, DIM))).reshape(-1, DIM)
    table = (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32)
    made = [Episode(*(_windows(table, number, told, rng) for _ in range(2))) for number in range(3)]
    return made[:2], made[2]


def ambiguous(windows: Windows) -> np.ndarray:
    """Where the text is the one with both labels."""
    return windows.ids % TEXTS == AMBIGUOUS


def _windows(table: np.ndarray, number: int, told: int, rng: np.random.Generator) -> Windows:
    texts = rng.choice([AMBIGUOUS, OTHER], size=(40, LENGTH))
    texts[:, told] = rng.choice([BAD, GOOD], size=40)
    bad = texts[:, [told]] == BAD
    ids = (texts + number * TEXTS).astype(np.int32)
    return Windows(
        ids=ids,
        table=table,
        texts=[f"text {i}" for i in range(len(table))],
        messages=ids,
        message_texts=[f"text {i}" for i in range(len(table))],
        severities=np.zeros(len(table), dtype=np.int8),
        labels=(texts == AMBIGUOUS) & bad,
        lines=np.arange(1, ids.size + 1, dtype=np.int64).reshape(ids.shape),
        system=f"system {number}",
    )
