"""Labelled windows for the bench of training: made up, or of a parsed log, with vectors made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog import artifacts
from crosslog.detection.episodes.building import build_episodes, build_source_episodes
from crosslog.detection.episodes.bundle import merge_bundles
from crosslog.detection.events import PAD, UNKNOWN_TIME, Episode, Events, Texts, Windows, cut_events
from crosslog.detection.learning.prefixes import build_prefixes
from crosslog.settings import Cut, Settings
from crosslog.vectors import normalise_vectors
from tasks._episodes import read_bundle

LENGTH = 100
ANOMALOUS = 0.1
FEW = 5
SEED = 1


def made_up(count: int, texts: int, distinct: float, dim: int) -> Windows:
    """Windows of texts of which few are frequent (Zipf); a share is new, the rest are one of the last few new ones."""
    rng = np.random.default_rng(SEED)
    weights = 1 / np.arange(1, texts + 1)
    fresh = rng.choice(texts, (max(1, round(distinct * count)), LENGTH), p=weights / weights.sum())
    new = rng.permuted(np.arange(count) < len(fresh))
    back = np.where(new, 0, rng.integers(0, FEW, count))
    chosen = np.maximum(np.cumsum(new) - 1 - back, 0)
    ids = fresh[chosen].astype(np.int32)
    return _windows(ids.ravel(), rng.random(ids.size) < ANOMALOUS, _vectors(texts, dim))


def of_log(folder: Path, dim: int) -> Windows:
    """A parsed log (data/events/<system>), a text per message."""
    events = pl.read_parquet(folder / "*.parquet", columns=["message_id", "anomalous"])
    ids = events["message_id"].to_numpy().astype(np.int32)
    return _windows(ids, events["anomalous"].to_numpy().astype(np.bool_), _vectors(int(ids.max()) + 1, dim))


def episodes(given: Windows, count: int, sizes: tuple[int, int]) -> list[Episode]:
    """Support and query, of so many windows, side by side from equally spaced places on."""
    support, length = sizes[0], sum(sizes)
    starts = np.linspace(0, len(given) - length, count).astype(int).tolist()
    return [Episode(given.take(slice(at, at + support)), given.take(slice(at + support, at + length))) for at in starts]


def of_experiment(name: str) -> tuple[list[Episode], list[Episode]] | None:
    """Episodes of the sources and of the target of an experiment that was sampled here, or None."""
    if not Path("data/episodes", name).is_dir():
        return None
    experiment = Settings.load().experiment(name)
    bundle = merge_bundles(*(read_bundle(name, which) for which in (artifacts.SOURCES, artifacts.TARGET)))
    target, unit = experiment.targets[0], experiment.unit
    sources = build_source_episodes(bundle, experiment.sources_of(target), unit)
    return sources, build_episodes(bundle, target, unit, source=False)


def computed(given: list[Windows]) -> tuple[float, float]:
    """Share of windows that are distinct, and of events that are computed when prefixes are shared."""
    distinct = sum(len(np.unique(one.ids, axis=0)) for one in given) / sum(map(len, given))
    nodes = sum(len(build_prefixes(one.ids)[0].rows) for one in given) / sum(one.ids.size for one in given)
    return distinct, nodes


def _windows(ids: NDArray[np.int32], labels: NDArray[np.bool_], table: NDArray[np.float32]) -> Windows:
    nothing = np.full(len(ids), PAD, dtype=np.int32)
    events = Events(
        units=ids,
        messages=ids,
        templates=ids,
        labels=labels,
        lines=np.arange(1, len(ids) + 1),
        times=np.full(len(ids), UNKNOWN_TIME),
        sessions=nothing,
        nodes=nothing,
        texts=Texts(table, [], [], [], severities=np.empty(0, np.int8), unit_length=True),
        system="",
    )
    return Windows(events, cut_events(0, len(ids), Cut(length=LENGTH)))


def _vectors(texts: int, dim: int) -> NDArray[np.float32]:
    """Random vectors of length one: what they are changes no amount of work."""
    drawn = np.random.default_rng(SEED).normal(size=(texts, dim))
    return normalise_vectors(drawn.astype(np.float32))
