"""A small report: two experiments, two detectors, a simulated target and a public one with weak labels."""

from __future__ import annotations

import polars as pl
import pytest

from crosslog.reporting._inputs import Inputs
from crosslog.reporting._tables import COMPACT, EVENTS, TRANSFER
from crosslog.settings import EmbedSettings, EvaluateSettings, Experiment, SpanRequest, Suite, SystemUse
from crosslog.systems import Labels, SourceFile, System

DETECTORS = {"crosyslog": {"hidden": 64}, "logtad": {}}
CHECKS = ("spans are disjoint", "query labels are withheld")


@pytest.fixture
def inputs() -> Inputs:
    return Inputs(
        suite=Suite(
            name="small",
            systems={
                "old": SystemUse(format="plain"),
                "made": SystemUse(format="bgl"),
                "real": SystemUse(format="hdfs"),
            },
            representations=("message",),
            detectors=tuple(DETECTORS),
            experiments={"e1": _experiment("made", "E1"), "e3": _experiment("real", None)},
        ),
        detectors=DETECTORS,
        embed=EmbedSettings(encoder="hashing", options={"dim": 64}),
        evaluate=EvaluateSettings(threshold=0.5, type_false_positive_rate=0.1, resamples=1000, confidence=0.95, seed=3),
        systems={
            "old": System(description="an old one", kind="a cluster", path="/logs/old", labels=Labels(source="tag")),
            "made": System(description="invented", kind="a cluster", simulated="bgl", labels=Labels(source="tag")),
            "real": System(
                description="<b>real</b>",
                kind="a store",
                files=(SourceFile(name="a.log", url="https://logs.example/a.log"),),
                labels=Labels(source="sessions", weak=True, note="by block"),
            ),
        },
        metrics=_metrics(),
        audits=pl.DataFrame(
            [
                (name, detector, check, True, "0 of 2")
                for name in ("e1", "e3")
                for detector in DETECTORS
                for check in CHECKS
            ],
            schema=["experiment", "detector", "check", "passed", "detail"],
            orient="row",
        ),
        curves=_curves(),
        seconds={("e1", "crosyslog"): {"train": [1.5, 2.0], "adapt": [0.25], "score": [0.125]}},
    )


def _experiment(target: str, published: str | None) -> Experiment:
    span = SpanRequest(events=2000, rate=(0.01, 0.5))
    return Experiment(
        sources=("old",), target=target, representation="message", window=100, episodes=2, sampling_seed=42,
        seeds=(1,), source_support=span, source_query=span, support=span, query=span, published=published,
    )  # fmt: skip


def _metrics() -> pl.DataFrame:
    shown = {column.measure for column in (*EVENTS, *TRANSFER, *COMPACT)}
    numbers = {(*measure,): (0.9, 0.85, 0.95) for measure in sorted(shown)}
    numbers["event", "f1", "fixed"] = (0.98765, 0.95, 1.0)
    numbers["event", "recall_unseen", "fixed"] = (None, None, None)
    for level, labels, anomalies, share in (("event", 2000, 40.5, 0.02), ("type", 68, 5, 0.1), ("window", 20, 9, 0.4)):
        numbers[level, "support_labels", ""] = (labels, labels, labels)
        numbers[level, "support_anomalies", ""] = (anomalies, None, None)
        numbers[level, "anomalous", ""] = (share, share, share)
    rows = [
        (name, name, detector, *key, *values, 2)
        for name in ("e1", "e3")
        for detector in DETECTORS
        for key, values in numbers.items()
    ]
    columns = ["experiment", "target", "detector", "level", "metric", "threshold", "value", "low", "high", "episodes"]
    types = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema=columns, schema_overrides=types, orient="row", strict=False)


def _curves() -> pl.DataFrame:
    return pl.DataFrame(
        [
            (name, detector, level, recall / 4, 1 - recall * slope / 10)
            for name in ("e1", "e3")
            for slope, detector in enumerate(DETECTORS)
            for level in ("event", "window")
            for recall in range(5)
        ],
        schema=["experiment", "detector", "level", "recall", "precision"],
        orient="row",
    )
