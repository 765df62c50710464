"""Two small episodes whose numbers can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from crosslog.evaluation.levels import Run
from crosslog.settings import EvaluateSettings

START = datetime(2031, 5, 1, tzinfo=UTC)
# Messages: 1 and 2 are normal, 3 (label DISK) and 4 (label NET) are alerts. An episode is 4 support and 6 query events.
MESSAGES = [1, 1, 3, 2, 1, 3, 3, 4, 2, 2]
ALERTS = {3: "DISK", 4: "NET"}
SCORES = [
    [0.2, 0.2, 0.9, 0.5, 0.2, 0.9, 0.9, 0.4, 0.6, 0.1],
    [0.2, 0.2, 0.9, 0.5, 0.2, 0.3, 0.3, 0.8, 0.6, 0.1],
]


@pytest.fixture
def settings() -> EvaluateSettings:
    return EvaluateSettings(threshold=0.5, type_false_positive_rate=0.1, resamples=200, confidence=0.95, seed=3)


@pytest.fixture
def run() -> Run:
    return Run(experiment="e", detector="d", scores=_scores(), steps=_steps(), spans=_spans(), events=_events())


def _steps() -> pl.DataFrame:
    """Three steps of each episode; the last is scored."""
    rows = [(1, episode, step, step == 2) for episode in (0, 1) for step in range(3)]
    schema = {"seed": pl.Int64, "episode": pl.UInt32, "step": pl.UInt32, "scored": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _spans() -> pl.DataFrame:
    rows = [(0, "old", "source_support", 1, 2), (0, "old", "source_query", 3, 4)]
    for episode in (0, 1):
        first = 1 + 10 * episode
        rows += [(episode, "new", "support", first, first + 3), (episode, "new", "query", first + 4, first + 9)]
    schema = {"episode": pl.UInt32, "system": pl.String, "role": pl.String, "first_line": pl.UInt64}
    spans = pl.DataFrame(rows, schema={**schema, "last_line": pl.UInt64}, orient="row")
    return spans.with_columns(
        events=(pl.col("last_line") - pl.col("first_line") + 1).cast(pl.UInt32),
        anomalous=pl.lit(1, pl.UInt32),
        seed=pl.lit(42, pl.Int64),
    )


def _events() -> pl.DataFrame:
    rows = [("old", line, 5) for line in range(1, 5)]
    rows += [("new", line, MESSAGES[(line - 1) % 10]) for line in range(1, 21)]
    frame = pl.DataFrame(rows, schema={"system": pl.String, "line": pl.UInt64, "message": pl.UInt32}, orient="row")
    times = pl.Series([START + timedelta(hours=line) for line in frame["line"]], dtype=pl.Datetime("us", "UTC"))
    return frame.with_columns(
        time=times,
        unit=pl.col("message"),
        label=pl.col("message").replace_strict(ALERTS, default=None, return_dtype=pl.String),
        anomalous=pl.col("message").is_in(list(ALERTS)),
    ).select("system", "line", "time", "message", "unit", "label", "anomalous")


def _scores() -> pl.DataFrame:
    rows = [
        (1, episode, "support" if place < 4 else "query", (place if place < 4 else place - 4) // 3, line, score)
        for episode, scores in enumerate(SCORES)
        for place, score in enumerate(scores)
        for line in [1 + 10 * episode + place]
    ]
    schema = {"seed": pl.Int64, "episode": pl.UInt32, "role": pl.String, "window": pl.UInt32, "line": pl.UInt64}
    frame = pl.DataFrame(rows, schema={**schema, "score": pl.Float32}, orient="row")
    return frame.with_columns(labelled=pl.col("role") == "support")
