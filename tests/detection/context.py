"""A problem that only context solves: the same text is anomalous in some runs and normal in others."""

from __future__ import annotations

import numpy as np
from detection.made import make_texts, make_windows

from crosslog.detection.events import Episode, Texts, Windows

DIM, LENGTH, TEXTS = 8, 20, 4
BAD, GOOD, AMBIGUOUS, OTHER = range(TEXTS)  # a run with BAD makes each AMBIGUOUS of it an anomaly


def problem(told: int = 0, seed: int = 0) -> tuple[list[Episode], Episode]:
    """Two source episodes and one of the target; `told` is the place in the run of the event that decides."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(TEXTS, DIM))
    table = (shared + 0.1 * rng.normal(size=(3, TEXTS, DIM))).reshape(-1, DIM)
    texts = make_texts(table / np.linalg.norm(table, axis=1, keepdims=True))
    made = [Episode(*(_windows(texts, number, told, rng) for _ in range(2))) for number in range(3)]
    return made[:2], made[2]


def ambiguous(windows: Windows) -> np.ndarray:
    """(slots,) where the text is the one with both labels."""
    return windows.events.units[windows.slots] % TEXTS == AMBIGUOUS


def _windows(texts: Texts, number: int, told: int, rng: np.random.Generator) -> Windows:
    chosen = rng.choice([AMBIGUOUS, OTHER], size=(40, LENGTH))
    chosen[:, told] = rng.choice([BAD, GOOD], size=40)
    bad = chosen[:, [told]] == BAD
    return make_windows(chosen + number * TEXTS, (chosen == AMBIGUOUS) & bad, texts, f"system {number}")
