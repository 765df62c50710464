"""What is judged: scores joined with the truth, and the units of each level, fold by fold.

A fold is one seed, one target and one episode. Scores are of the experiment's unit and are judged there and above it,
never below: an event's window or session is anomalous if any of its events is, and scores as its highest. The type of
an event is its message, that of a window or session the set of its messages; types are counted once however often they
occur, are anomalous if more than half of their units are, and score as their mean.

An anomaly is `seen` if the support that the detector was given shows it as one: an event's message, any anomalous
message of a window; or, where labels are of sessions and say nothing of a message, a session's whole set of messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.evaluation.metrics import Flags, Floats
from crosslog.faults import UserError
from crosslog.settings import Experiment, Level

FOLD = ("seed", "target", "episode")
SPAN = ("target", "episode", "role")


class EvaluationError(UserError, ValueError):
    """There is nothing to judge; the message says what is missing and what to do."""


@dataclass(frozen=True)
class Run:
    """A detector's scores on an experiment: schemas Scores and Steps, and EpisodeWindows, EpisodeEvents of targets.

    `taught` are the EpisodeWindows of systems that teach. `settings` says what the unit is and how events are cut.
    """

    experiment: str
    detector: str
    settings: Experiment
    scores: pl.DataFrame
    steps: pl.DataFrame
    windows: pl.DataFrame
    events: pl.DataFrame
    taught: pl.DataFrame

    @cached_property
    def slots(self) -> pl.DataFrame:
        """Every event of every window: target, episode, role, window, and position, session, line, time, label, …"""
        numbered = self.windows.rename({"system": "target"}).with_columns(
            window=pl.int_range(pl.len(), dtype=pl.UInt32).over(SPAN)
        )
        placed = self.events.rename({"system": "target"}).with_columns(
            position=pl.int_range(pl.len(), dtype=pl.UInt64).over("target")
        )
        windows = numbered.select(*SPAN, "window", position=pl.int_ranges("first", "last", dtype=pl.UInt64))
        return windows.explode("position").join(placed, on=("target", "position"), how="left", maintain_order="left")

    @cached_property
    def truth(self) -> pl.DataFrame:
        """Every unit of every support and query: target, episode, role, unit, window, session, type, label, …"""
        if self.settings.unit == "event":
            units = self.slots.with_columns(type=pl.col("message").cast(pl.Int64))
            return units.with_columns(unit=pl.int_range(pl.len(), dtype=pl.UInt32).over(SPAN))
        messages = pl.col("message").unique().sort().cast(pl.String).str.join(" ")
        grouped = self.slots.group_by(*SPAN, "window", maintain_order=True).agg(
            messages.alias("messages"),
            pl.col("session", "time", "line").first(),
            pl.col("label").drop_nulls().first(),
            pl.col("anomalous").any(),
        )
        return grouped.with_columns(unit=pl.col("window"), type=pl.col("messages").rank("dense").cast(pl.Int64))


def judge(run: Run) -> pl.DataFrame:
    """Scores with what `Run.truth` knows of their unit, `family` (number of the label) and `seen`, by fold and unit.

    Scores that are of no unit are left out here; the audit counts them.

    Raises
    ------
    EvaluationError
        If no unit of a query is scored.
    """
    family = (pl.col("label").fill_null("").rank("dense").cast(pl.Int64) - 1).alias("family")
    known = run.truth.with_columns(family).rename({"episode": "of"})
    own = pl.when(pl.col("role") == "support").then("support").otherwise("episode").alias("of")
    joined = run.scores.with_columns(own).join(known, on=("target", "of", "role", "unit", "line"), how="inner")
    if joined.filter(pl.col("role") == "query").is_empty():
        raise EvaluationError(f"{run.experiment}, {run.detector}: no query is scored: run `dvc repro` again")
    key = ("target", "episode", "support", "unit")
    seen = _seen(run).with_columns(role=pl.lit("query"), seen=True)
    marked = joined.join(seen, on=(*key, "role"), how="left").with_columns(pl.col("seen").fill_null(False))
    return marked.sort(*FOLD, "role", "unit")


def _seen(run: Run) -> pl.DataFrame:
    """The query units that the given support shows: target, episode, support, unit."""
    by_set = run.settings.cut.by == "session" and run.settings.unit != "event"
    key, given = ("type", run.truth) if by_set else ("message", run.slots)
    shown = given.filter((pl.col("role") == "support") & pl.col("anomalous"))
    shown = shown.select("target", pl.col("episode").alias("support"), key).unique()
    asked = run.truth.filter((pl.col("role") == "query") & pl.col("anomalous"))
    if key not in asked.columns:
        events = run.slots.filter((pl.col("role") == "query") & pl.col("anomalous"))
        asked = events.select("target", "episode", pl.col("window").alias("unit"), key)
    pairs = run.scores.select("target", "episode", "support").unique()
    found = asked.select("target", "episode", "unit", key).join(pairs, on=("target", "episode"))
    return found.join(shown, on=("target", "support", key)).select("target", "episode", "support", "unit").unique()


@dataclass(frozen=True)
class UnitScores:
    """(n,) arrays over the units of one level in one support or query, in order."""

    scores: Floats
    anomalous: Flags
    seen: Flags
    family: NDArray[np.int64]
    labelled: Flags

    def __len__(self) -> int:
        return len(self.scores)


class Fold(NamedTuple):
    """The units of one seed, one target and one episode; `support` is the one that the detector was given."""

    seed: int
    target: str
    episode: int
    support: UnitScores
    query: UnitScores


def build_folds(frame: pl.DataFrame, level: Level, unit: str) -> list[Fold]:
    """The units of a level, in order of seed, target and episode; `frame` is what `judge` returns."""
    parts = collect_units(frame, level, unit).partition_by(*FOLD, as_dict=True)
    return [
        Fold(seed, target, episode, _arrays(part, "support"), _arrays(part, "query"))
        for (seed, target, episode), part in sorted(parts.items())
    ]


def collect_units(frame: pl.DataFrame, level: Level, unit: str) -> pl.DataFrame:
    """One row per unit of a level: seed, target, episode, role, score, anomalous, seen, family, labelled."""
    columns = (*FOLD, "role", "score", "anomalous", "seen", "family", "labelled")
    if level == unit:
        return frame.select(columns)
    is_type = level == "type"
    key = (*FOLD, "role", level)
    # Sums of float32 are exact in float64: a type whose units all have one score keeps that score, and its ties.
    mean = pl.col("score").cast(pl.Float64).mean()
    grouped = frame.group_by(key).agg(
        mean if is_type else pl.col("score").max(),
        pl.col("anomalous").mean() > 0.5 if is_type else pl.col("anomalous").any(),
        pl.col("seen").any(),
        pl.col("family").filter(pl.col("anomalous")).first().fill_null(0),
        pl.col("labelled").any(),
    )
    return grouped.sort(key).select(columns)


def _arrays(part: pl.DataFrame, role: str) -> UnitScores:
    rows = part.filter(pl.col("role") == role)
    return UnitScores(
        scores=rows["score"].cast(pl.Float64).to_numpy(),
        anomalous=rows["anomalous"].to_numpy(),
        seen=rows["seen"].to_numpy(),
        family=rows["family"].to_numpy(),
        labelled=rows["labelled"].to_numpy(),
    )
