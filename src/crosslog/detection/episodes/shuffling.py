"""Labels shuffled within roles: same events, same rates, nothing to learn; a control for what a protocol gives away.

Labels change places among the events of a support or a query, or among its sessions, so each keeps its share of
anomalies. What overlaps, as spans of the published protocol may, is shuffled as one: an event has one label, whichever
window it is read in.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray


def shuffle_labels(events: pl.DataFrame, windows: pl.DataFrame, seed: int, *, whole: bool) -> pl.DataFrame:
    """The events of one system with their labels shuffled.

    Parameters
    ----------
    events : label, anomalous and more, in the order that windows are bounds into
    windows : schemas.EpisodeWindows of the system
    seed : of the permutations
    whole : labels are of whole windows (sessions), which change theirs as one; else of events
    """
    starts = np.unique(windows["first"].to_numpy()) if whole else np.arange(events.height)
    blocks = _blocks(events.height, windows)[starts]
    order = np.lexsort((np.random.default_rng(seed).random(len(starts)), blocks))
    taken = np.empty(len(starts), dtype=np.int64)
    taken[np.argsort(blocks, kind="stable")] = order
    item = np.searchsorted(starts, np.arange(events.height), side="right") - 1
    return events.with_columns(events.select(pl.col("label", "anomalous").gather(starts[taken][item])))


def mark_anomalous(windows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The windows with `anomalous`: whether any of their events is."""
    before = np.concatenate([[0], np.cumsum(events["anomalous"].to_numpy())])
    first, last = (windows[name].to_numpy() for name in ("first", "last"))
    return windows.with_columns(anomalous=pl.Series(before[last] > before[first]))


def _blocks(events: int, windows: pl.DataFrame) -> NDArray[np.integer]:
    """(events,) a number per set of events that the same episodes and roles read."""
    keys = np.zeros(events, dtype=np.uint64)
    for number, (_, part) in enumerate(windows.group_by("episode", "role", maintain_order=True)):
        covered = np.zeros(events + 1, dtype=np.int64)
        np.add.at(covered, part["first"].to_numpy(), 1)
        np.add.at(covered, part["last"].to_numpy(), -1)
        inside = np.cumsum(covered[:-1]) > 0
        keys[inside] = keys[inside] * np.uint64(1_000_003) + np.uint64(number + 1)
    return np.unique(keys, return_inverse=True)[1].ravel()
