"""What can be known of an event without any label, given the events before it: the parts of detection/hints as numbers.

A history takes the place of the good day's log: a message that it has not is new. What it has not says nothing of how
often anything comes, so new messages are as rare as can be, and no burst.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.events import UNKNOWN_TIME, Windows
from crosslog.detection.hints.buckets import count_buckets
from crosslog.detection.hints.bursts import measure_bursts
from crosslog.detection.hints.joining import PART_WEIGHTS
from crosslog.detection.hints.parts import ORDINARY_LEVEL, WORST_LEVEL, rate_parts
from crosslog.detection.hints.words import find_fault_words
from crosslog.detection.learning.counts import hash_texts, look_up_keys

History = Mapping[str, NDArray[Any]]
"""`history_keys` (m,) of its messages, in order, and their `history_rarity` and `history_burst` (m,);
`history_severities` (levels,) and `history_words` (steps,), the share of events that say at least as much."""

WORSE_LEVELS = np.arange(ORDINARY_LEVEL + 1, WORST_LEVEL + 1)
WORD_STEPS = np.array([0.25, 0.5, 1.0])  # what `find_fault_words` gives, 0 aside

NO_BASELINE = pl.lit(None, pl.UInt64)


def summarise_history(windows: Windows) -> dict[str, NDArray[Any]]:
    """What the windows' events say, labels unread; each event once, however many windows hold it."""
    events, chosen = windows.events, np.unique(windows.slots)
    frame = pl.DataFrame(
        {
            "template_id": events.messages[chosen].astype(np.uint32),  # here the message is what is rare or bursts
            "time": pl.Series(events.times[chosen]).replace(UNKNOWN_TIME, None),
            "line": events.lines[chosen].astype(np.uint64),
        }
    )
    counts = frame.group_by("template_id").agg(count=pl.len().cast(pl.UInt64)).sort("template_id")
    ids, weight = counts["template_id"].to_numpy(), counts["count"].to_numpy()
    spread = measure_bursts(count_buckets(frame))
    known = counts.join(spread, on="template_id", how="left", maintain_order="left")
    texts, severities = _of_messages(windows, ids)
    facts = known.with_columns(
        text=texts, levels=pl.lit(None, pl.Int8), baseline_count=NO_BASELINE, baseline_total=NO_BASELINE
    )
    parts = rate_parts(facts).fill_null(0.0)
    keys = hash_texts(texts.to_list())
    order = np.argsort(keys)
    return {
        "history_keys": keys[order],
        "history_rarity": parts["rarity"].to_numpy()[order],
        "history_burst": parts["burst"].to_numpy()[order],
        "history_severities": _share_above(severities, WORSE_LEVELS, weight),
        "history_words": _share_above(_find_words(texts), WORD_STEPS, weight),
    }


def rate_messages(windows: Windows, ids: NDArray[np.integer], history: History) -> NDArray[np.float64]:
    """(n, parts) of these messages, in the order of PART_WEIGHTS; their meaning is not known here."""
    texts, severities = _of_messages(windows, ids)
    asked, known = hash_texts(texts.to_list()), history["history_keys"]
    words = _find_words(texts)
    rated: dict[str, NDArray[np.floating]] = {
        "burst": look_up_keys(asked, known, history["history_burst"], absent=0.0),
        "novelty": look_up_keys(asked, known, np.zeros(len(known)), absent=1.0),
        "fault_words": words * _keep_rest(words, WORD_STEPS, history["history_words"]),
        "severity": _rate_severity(severities) * _keep_rest(severities, WORSE_LEVELS, history["history_severities"]),
        "meaning": np.zeros(len(ids)),
        "rarity": look_up_keys(asked, known, history["history_rarity"], absent=1.0),
    }
    return np.stack([rated[part].astype(np.float64) for part in PART_WEIGHTS], axis=1)


def _of_messages(windows: Windows, ids: NDArray[np.integer]) -> tuple[pl.Series, NDArray[np.int8]]:
    texts = windows.events.texts
    return pl.Series([texts.messages[number] for number in ids], dtype=pl.String), texts.severities[ids]


def _find_words(texts: pl.Series) -> NDArray[np.float64]:
    return texts.to_frame("text").select(find_fault_words(pl.col("text"))).to_series().to_numpy()


def _rate_severity(severities: NDArray[np.int8]) -> NDArray[np.float64]:
    return ((severities - ORDINARY_LEVEL) / (WORST_LEVEL - ORDINARY_LEVEL)).clip(0, 1)


def _share_above(
    said: NDArray[np.number], steps: NDArray[np.number], weight: NDArray[np.number]
) -> NDArray[np.float64]:
    """(steps,) share of the weight that says as much as each step, or more."""
    return np.asarray([weight[said >= step].sum() / weight.sum() for step in steps], dtype=np.float64)


def _keep_rest(
    said: NDArray[np.number], steps: NDArray[np.number], shares: NDArray[np.floating]
) -> NDArray[np.float64]:
    """(n,) share of the history that says less than each does."""
    place = np.searchsorted(steps, said, side="right") - 1
    return np.where(place >= 0, 1 - shares[place], 1.0)
