"""What is judged: scores joined with the truth, and the units of each level (event, window, type) fold by fold.

A fold is one seed and one episode. A window is anomalous if any of its events is, and its score is the highest of its
events'. A type is a distinct message of a span, counted once however often it occurs: it is anomalous if more than half
of its events are, and its score is the mean of its events'. An anomaly is `seen` if its message occurs as an anomaly in
the support of its episode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.evaluation.metrics import Flags, Scores

Level = Literal["event", "window", "type"]
LEVELS: tuple[Level, ...] = get_args(Level)
FOLD = ("seed", "episode")


class EvaluationError(ValueError):
    """There is nothing to judge; the message says what is missing and what to do."""


@dataclass(frozen=True)
class Run:
    """One detector's scores on one experiment's episodes: schemas Scores, Steps, Spans and EpisodeEvents."""

    experiment: str
    detector: str
    scores: pl.DataFrame
    steps: pl.DataFrame
    spans: pl.DataFrame
    events: pl.DataFrame

    @property
    def target(self) -> str:
        """The system of the queries.

        Raises
        ------
        EvaluationError
            If there are no queries, or queries of several systems.
        """
        systems = self.spans.filter(pl.col("role") == "query")["system"].unique().sort().to_list()
        if len(systems) != 1:
            raise EvaluationError(f"{self.experiment}: queries of {systems}, one target is needed: sample again")
        return str(systems[0])


def truth(run: Run) -> pl.DataFrame:
    """Every event of the target's supports and queries with its `episode` and `role`, in order of span and line."""
    events = run.events.filter(pl.col("system") == run.target).unique("line", keep="first").sort("line")
    spans = run.spans.filter(pl.col("role").is_in(["support", "query"])).sort("episode", "role")
    return pl.concat(
        events.filter(pl.col("line").is_between(span["first_line"], span["last_line"])).select(
            pl.lit(span["episode"], pl.UInt32).alias("episode"),
            pl.lit(span["role"]).alias("role"),
            *("line", "time", "message", "label", "anomalous"),
        )
        for span in spans.iter_rows(named=True)
    )


def judged(run: Run) -> pl.DataFrame:
    """Scores with `message`, `family` (number of the alert label), `anomalous` and `seen`, by seed, episode and line.

    Scored lines that are no event of their span are left out here; the audit counts them.
    """
    known = truth(run)
    seen = known.filter((pl.col("role") == "support") & pl.col("anomalous")).select("episode", "message").unique()
    family = (pl.col("label").fill_null("").rank("dense").cast(pl.Int64) - 1).alias("family")
    joined = (
        run.scores.join(known.with_columns(family), on=["episode", "role", "line"], how="inner")
        .join(seen.with_columns(seen=True), on=["episode", "message"], how="left")
        .with_columns(pl.col("seen").fill_null(False))
        .sort(*FOLD, "role", "line")
    )
    if joined.filter(pl.col("role") == "query").is_empty():
        raise EvaluationError(f"{run.experiment}, {run.detector}: no query event is scored: run `dvc repro` again")
    return joined


@dataclass(frozen=True)
class Units:
    """(n,) arrays over the units of one level in one span."""

    scores: Scores
    anomalous: Flags
    seen: Flags
    family: NDArray[np.int64]
    labelled: Flags


class Fold(NamedTuple):
    """The units of one seed and one episode."""

    seed: int
    episode: int
    support: Units
    query: Units


def folds(frame: pl.DataFrame, level: Level) -> list[Fold]:
    """The units of a level, in order of seed and episode; `frame` is what `judged` returns."""
    parts = units(frame, level).partition_by(*FOLD, as_dict=True)
    return [
        Fold(seed, episode, _arrays(part, "support"), _arrays(part, "query"))
        for (seed, episode), part in sorted(parts.items())
    ]


def units(frame: pl.DataFrame, level: Level) -> pl.DataFrame:
    """One row per event, window or type: seed, episode, role, score, anomalous, seen, family, labelled."""
    columns = (*FOLD, "role", "score", "anomalous", "seen", "family", "labelled")
    if level == "event":
        return frame.select(columns)
    key = (*FOLD, "role", "window" if level == "window" else "message")
    # Sums of float32 are exact in float64: a message whose events all have one score keeps that score, and its ties.
    mean = pl.col("score").cast(pl.Float64).mean()
    grouped = frame.group_by(key).agg(
        pl.col("score").max() if level == "window" else mean,
        pl.col("anomalous").any() if level == "window" else pl.col("anomalous").mean() > 0.5,
        pl.col("seen").any(),
        pl.col("family").filter(pl.col("anomalous")).first().fill_null(0),
        pl.col("labelled").any(),
    )
    return grouped.sort(key).select(columns)


def _arrays(part: pl.DataFrame, role: str) -> Units:
    rows = part.filter(pl.col("role") == role)
    return Units(
        scores=rows["score"].cast(pl.Float64).to_numpy(),
        anomalous=rows["anomalous"].to_numpy(),
        seen=rows["seen"].to_numpy(),
        family=rows["family"].to_numpy(),
        labelled=rows["labelled"].to_numpy(),
    )
