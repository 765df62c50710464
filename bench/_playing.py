"""The judging of templates played with true labels: how good a log's labels are after each verdict.

A player answers each template with the label of most of its events. Events of templates that nobody has judged yet
count as normal, or as the judged template closest to theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.hints.belief import Belief, Chances
from crosslog.labelling.judging import weigh_help


def play_verdicts(
    counts: pl.DataFrame, numbers: Sequence[int], vectors: NDArray[np.float32] | None = None
) -> pl.DataFrame:
    """F1 and recall over events after each verdict.

    Parameters
    ----------
    counts : events, anomalous (how many of a template's events there are, and are anomalous), a row per template
    numbers : rows in the order judged
    vectors : (n, dim) of length one; templates not judged take the verdict of the closest judged one (of equals, the
        first judged). Without, they are normal

    Returns
    -------
    pl.DataFrame
        judged (1, 2, …), f1, recall; null where the log has no anomaly
    """
    events, anomalous = (counts[name].to_numpy().astype(np.float64) for name in ("events", "anomalous"))
    verdicts = 2 * anomalous > events
    called = np.zeros(len(events), dtype=bool)
    closest = np.full(len(events), -np.inf)
    rows = []
    for judged, number in enumerate(numbers, start=1):
        similarity = np.zeros(len(events)) if vectors is None else vectors @ vectors[number]
        takes = np.zeros(len(events), dtype=bool) if vectors is None else similarity > closest
        takes[number] = True
        called[takes] = verdicts[number]
        closest[takes] = similarity[takes]
        closest[number] = np.inf  # judged for good
        rows.append((judged, *_f1_and_recall(events[called].sum(), anomalous[called].sum(), anomalous.sum())))
    return pl.DataFrame(rows, schema={"judged": pl.UInt32, "f1": pl.Float64, "recall": pl.Float64}, orient="row")


def answer_in_turn(belief: Belief, occurrences: NDArray[np.integer], shares: Chances) -> Iterator[int]:
    """Row numbers in the order that crosslog asks for them, each answered with its share before the next is chosen."""
    for _ in range(int(belief.left.sum())):
        worth = weigh_help(belief.chance, belief.doubt, occurrences)
        number = int(np.argmax(np.where(belief.left, worth, -np.inf)))
        belief.judge(np.array([number]), shares[[number]])
        yield number


def best_possible(counts: pl.DataFrame) -> list[int]:
    """Row numbers, those first whose verdict finds most anomalies: what only one who knows all labels can ask."""
    anomalous, events = (counts[name].to_numpy().astype(np.int64) for name in ("anomalous", "events"))
    called = 2 * anomalous > events
    return [int(number) for number in np.lexsort((-anomalous, ~called))]


def most_frequent_first(counts: pl.DataFrame) -> list[int]:
    """Row numbers, most events first; the first of equals."""
    return [int(number) for number in np.argsort(-counts["events"].to_numpy().astype(np.int64), kind="stable")]


def at_random(counts: pl.DataFrame, seed: int) -> list[int]:
    """Row numbers in an order drawn with a seed."""
    return [int(number) for number in np.random.default_rng(seed).permutation(len(counts))]


def mean_f1(curve: pl.DataFrame, judged: int) -> float:
    """Mean F1 over the first verdicts: the area under the curve from 1 to `judged`, as a share."""
    return float(np.mean(curve.head(judged)["f1"].to_numpy()))


def _f1_and_recall(called: float, found: float, total: float) -> tuple[float | None, float | None]:
    if total == 0:
        return None, None
    return 2 * found / (called + total), found / total
