"""Episodes of windows from a bundle: what detectors learn from and are scored on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.episodes.bundle import Bundle
from crosslog.detection.events import PAD, UNKNOWN_TIME, Episode, Events, Unit, Windows
from crosslog.detection.split import QUERY, SUPPORT


def build_episodes(bundle: Bundle, system: str, unit: Unit, *, source: bool) -> list[Episode]:
    """The episodes in which a system teaches (`source`) or is watched, in order.

    Raises
    ------
    ValueError
        If the bundle does not hold the events that its windows are of.
    """
    events = build_events(bundle.events.filter(pl.col("system") == system), bundle, system)
    roles = (f"source_{SUPPORT}", f"source_{QUERY}") if source else (SUPPORT, QUERY)
    rows = bundle.windows.filter(pl.col("system") == system, pl.col("role").is_in(roles))
    return [
        Episode(*(_windows(events, part.filter(role=role), unit) for role in roles))
        for _, part in sorted(rows.partition_by("episode", as_dict=True).items())
    ]


def build_source_episodes(bundle: Bundle, systems: Sequence[str], unit: Unit) -> list[Episode]:
    """One labelled episode per system that teaches, in their order."""
    return [episode for system in systems for episode in build_episodes(bundle, system, unit, source=True)]


def build_events(frame: pl.DataFrame, bundle: Bundle, system: str) -> Events:
    """Columns of schemas.EpisodeEvents of one system as arrays."""
    messages = frame["message"].to_numpy().astype(np.int32)
    return Events(
        units=frame["unit"].to_numpy().astype(np.int32),
        messages=messages,
        templates=bundle.template_of[messages],
        labels=frame["anomalous"].to_numpy().astype(np.bool_),
        lines=frame["line"].to_numpy().astype(np.int64),
        times=frame["time"].dt.epoch("us").fill_null(UNKNOWN_TIME).to_numpy(),
        sessions=_numbers(frame["session"]),
        nodes=_numbers(frame["node"]),
        texts=bundle.shared_texts,
        system=system,
    )


def _numbers(names: pl.Series) -> NDArray[np.int32]:
    """A number for each distinct name, in order of the names; PAD where there is none."""
    ranks = names.rank("dense").cast(pl.Int32) - 1
    return ranks.fill_null(PAD).to_numpy()


def _windows(events: Events, rows: pl.DataFrame, unit: Unit) -> Windows:
    bounds = rows.select("first", "last").to_numpy().astype(np.int64)
    if len(bounds) and bounds[:, 1].max() > len(events):
        raise ValueError(f"the bundle holds {len(events)} events of {events.system}: run the stage sample again")
    return Windows(events, bounds, unit)
