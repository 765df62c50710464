"""Two small episodes whose numbers can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from crosslog.evaluation.levels import Run
from crosslog.settings import EvaluateSettings, Experiment

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
    return EvaluateSettings(
        threshold=0.5, type_false_positive_rate=0.1, resamples=200, blocks=4, confidence=0.95, seed=3
    )


EXPERIMENT: dict[str, Any] = {
    "sources": ["old"], "target": "new", "representation": "message", "cut": {"length": 3},
    "sampling_seed": 1, "tuned_on": "e", "name": "e", "encoder": "words", "detectors": ["exact_match"],
    "seeds": [1], "split": {"name": "prefix", "support": 1, "source": 2},
}  # fmt: skip


@pytest.fixture
def run() -> Run:
    return Run("e", "d", Experiment.model_validate(EXPERIMENT), _scores(), _steps(), _windows(), _events(), _taught())


def _steps() -> pl.DataFrame:
    """Three steps of each episode; the last is scored."""
    rows = [(1, "new", episode, step, step == 2) for episode in (0, 1) for step in range(3)]
    schema = {"seed": pl.Int64, "target": pl.String, "episode": pl.UInt32, "step": pl.UInt32, "scored": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _windows() -> pl.DataFrame:
    """Of three events, the support's second of one."""
    bounds = (("support", 0, 3), ("support", 3, 4), ("query", 4, 7), ("query", 7, 10))
    rows = [
        ("new", episode, role, 10 * episode + first, 10 * episode + last, True)
        for episode in (0, 1)
        for role, first, last in bounds
    ]
    schema = {"system": pl.String, "episode": pl.UInt32, "role": pl.String, "first": pl.UInt64, "last": pl.UInt64}
    return pl.DataFrame(rows, schema={**schema, "anomalous": pl.Boolean}, orient="row")


def _taught() -> pl.DataFrame:
    rows = [("old", 0, "source_support", 0, 2, False), ("old", 0, "source_query", 2, 4, False)]
    return pl.DataFrame(rows, schema=_windows().schema, orient="row")


def _events() -> pl.DataFrame:
    rows = [("new", line, MESSAGES[(line - 1) % 10]) for line in range(1, 21)]
    frame = pl.DataFrame(rows, schema={"system": pl.String, "line": pl.UInt64, "message": pl.UInt32}, orient="row")
    times = pl.Series([START + timedelta(hours=line) for line in frame["line"]], dtype=pl.Datetime("us", "UTC"))
    return frame.with_columns(
        time=times,
        node=pl.lit(None, pl.String),
        session=pl.lit(None, pl.String),
        unit=pl.col("message"),
        label=pl.col("message").replace_strict(ALERTS, default=None, return_dtype=pl.String),
        anomalous=pl.col("message").is_in(list(ALERTS)),
    ).select("system", "line", "time", "node", "session", "message", "unit", "label", "anomalous")


def _scores() -> pl.DataFrame:
    rows = [
        (
            1,
            "new",
            episode,
            episode,
            "support" if place < 4 else "query",
            place if place < 4 else place - 4,
            10 * episode + place + 1,
            score,
        )
        for episode, scores in enumerate(SCORES)
        for place, score in enumerate(scores)
    ]
    schema = {"seed": pl.Int64, "target": pl.String, "episode": pl.UInt32, "support": pl.UInt32, "role": pl.String}
    frame = pl.DataFrame(
        rows, schema={**schema, "unit": pl.UInt32, "line": pl.UInt64, "score": pl.Float32}, orient="row"
    )
    return frame.with_columns(labelled=pl.col("role") == "support", sources=pl.lit("old"))
