"""Windows written by hand: rows of texts, in which the n-th text is also the n-th message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from crosslog.detection.events import PAD, UNKNOWN_TIME, Events, Texts, Windows


def make_texts(table: np.ndarray, **changed: Any) -> Texts:
    """Texts with these vectors."""
    names = [f"text {i}" for i in range(len(table))]
    usual = Texts(
        table=table.astype(np.float32),
        texts=names,
        messages=names,
        templates=names,
        severities=np.zeros(len(table), dtype=np.int8),
        unit_length=True,
    )
    return replace(usual, **changed)


def make_windows(
    rows: Sequence[Sequence[int]] | np.ndarray,
    anomalous: Sequence[Sequence[int]] | np.ndarray,
    texts: Texts,
    system: str = "made",
    first: int = 1,
) -> Windows:
    """A window per row of texts, each event of it labelled; lines are counted from `first`."""
    ids = np.concatenate([np.asarray(row, dtype=np.int32) for row in rows])
    lengths = [len(row) for row in rows]
    nothing = np.full(len(ids), PAD, dtype=np.int32)
    events = Events(
        units=ids,
        messages=ids,
        templates=ids,
        labels=np.concatenate([np.asarray(row, dtype=np.bool_) for row in anomalous]),
        lines=np.arange(first, first + len(ids), dtype=np.int64),
        times=np.full(len(ids), UNKNOWN_TIME),
        sessions=nothing,
        nodes=nothing,
        texts=texts,
        system=system,
    )
    ends = np.cumsum(lengths)
    return Windows(events, np.stack([ends - lengths, ends], axis=1).astype(np.int64))


def with_events(windows: Windows, **changed: Any) -> Windows:
    """The same windows over events of which something is changed."""
    return replace(windows, events=replace(windows.events, **changed))


def with_texts(windows: Windows, **changed: Any) -> Windows:
    """The same windows over texts of which something is changed."""
    return with_events(windows, texts=replace(windows.events.texts, **changed))
