"""A small problem that can be learnt: two source systems and a target, whose anomalies share a direction in space."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from detection.made import make_texts, make_windows

from crosslog.detection.events import Episode, Texts, Windows

DIM = 8
TEXTS = 40  # per system, a quarter of them anomalous
LENGTH = 20
WINDOW = 10
WINDOWS = 60  # of each part of a problem of windows


def problem_for(units: Collection[str]) -> tuple[list[Episode], Episode]:
    """The problem that a method of these units can solve."""
    return problem() if "event" in units else problem_of_windows()


def problem(seed: int = 0, events: int = 410) -> tuple[list[Episode], Episode]:
    """Two source episodes and one of the target; supports and queries hold different texts of the same system."""
    rng = np.random.default_rng(seed)
    systems = ("first", "second", "target")
    anomalous = np.arange(TEXTS) % 4 == 0
    vectors = rng.normal(size=(len(systems), TEXTS, DIM))
    vectors[:, :, 0] += np.where(anomalous, 4.0, -4.0)  # carried from system to system
    vectors[:, :, 1] += np.array([3.0, -3.0, 3.0])[:, None]  # the system's own
    table = vectors.reshape(-1, DIM)
    texts = make_texts(
        table / np.linalg.norm(table, axis=1, keepdims=True),
        messages=[f"{'disk failed' if i % 4 == 0 else 'all is well'} {i}" for i in range(len(table))],
        severities=np.where(np.arange(len(table)) % 4 == 0, 4, 1).astype(np.int8),
    )
    made = [episode(texts, system, number, rng, events) for number, system in enumerate(systems)]
    return made[:2], made[2]


def episode(texts: Texts, system: str, number: int, rng: np.random.Generator, events: int) -> Episode:
    """The query knows all of the system's texts, the support half of them."""
    spans = [rng.integers(0, TEXTS // 2, events), rng.integers(0, TEXTS, events)]
    return Episode(*(windows(texts, system, number, span, 1 + at * events) for at, span in enumerate(spans)))


def windows(texts: Texts, system: str, number: int, chosen: np.ndarray, first: int) -> Windows:
    """Events with these texts of one system; lines are counted from `first`."""
    starts = range(LENGTH, len(chosen), LENGTH)
    flags = np.split(chosen % 4 == 0, starts)
    return make_windows(np.split(chosen + number * TEXTS, starts), flags, texts, system, first)


def problem_of_windows(seed: int = 0) -> tuple[list[Episode], Episode]:
    """The same for windows: normal texts come in turn, and in an anomalous window two anomalous ones come between.

    A support's windows are of the first half of the texts; the other half, of which half of a query's windows are, are
    wordings of the first: near them in space.
    """
    rng = np.random.default_rng(seed)
    systems = ("first", "second", "target")
    half = rng.normal(size=(len(systems), TEXTS // 2, DIM))
    half[:, :, 0] += np.where(np.arange(TEXTS // 2) % 4 == 0, 4.0, -1.0)
    table = np.concatenate([half, half + 0.05 * rng.normal(size=half.shape)], axis=1).reshape(-1, DIM)
    messages = [
        f"{'disk failed on' if i % 4 == 0 else 'all is well with'} node{i % (TEXTS // 2)}" for i in range(len(table))
    ]
    texts = make_texts(table / np.linalg.norm(table, axis=1, keepdims=True), messages=messages, texts=messages)
    made = [
        Episode(*(_windows_in_turn(texts, system, number, query, rng) for query in (False, True)))
        for number, system in enumerate(systems)
    ]
    return made[:2], made[2]


def _windows_in_turn(texts: Texts, system: str, number: int, query: bool, rng: np.random.Generator) -> Windows:
    half = np.arange(TEXTS // 2)
    turn, odd = half[half % 4 != 0], half[half % 4 == 0]
    rows = turn[(rng.integers(len(turn), size=(WINDOWS, 1)) + np.arange(WINDOW)) % len(turn)]
    for row in rows[::3]:
        row[rng.choice(np.arange(1, WINDOW), 2, replace=False)] = rng.choice(odd, 2)
    anomalous = rows % 4 == 0
    if query:
        rows = rows + TEXTS // 2 * (np.arange(WINDOWS)[:, None] // 3 % 2)
    made = make_windows(rows + number * TEXTS, anomalous, texts, system, 1 + query * WINDOWS * WINDOW)
    return replace(made, unit="window")


def only(given: Windows, label: bool) -> Windows:
    """The windows that are left without events of the other label."""
    rows = [row[flags[: len(row)] == label] for row, flags in zip(_rows(given), given.labels, strict=True)]
    kept = [row for row in rows if len(row)]
    made = make_windows(kept, [[label] * len(row) for row in kept], given.events.texts, given.system)
    return replace(made, unit=given.unit)


def _rows(given: Windows) -> list[np.ndarray]:
    return [given.events.units[first:last] for first, last in given.bounds]


def auroc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Chance that an anomalous event scores higher than a normal one; ties count half."""
    positive, negative = scores[labels], scores[~labels]
    wins = (positive[:, None] > negative[None]).mean() + (positive[:, None] == negative[None]).mean() / 2
    return float(wins)
