"""A small report: two experiments, two detectors, a simulated target and a public one with weak labels; and a paper's.

`paper` is an experiment of a paper under both protocols, with a source taken alone, controls and a search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from reporting.suites import SmallSuite

from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.measures import compact_columns, transfer_columns, unit_columns
from crosslog.settings import EmbedSettings, EvaluateSettings, Experiment
from crosslog.systems import Labels, SourceFile, System

DETECTORS = {"crosyslog": {"hidden": 64}, "logtad": {}}
Run = tuple[str, str]
RUNS: tuple[Run, ...] = tuple((name, detector) for name in ("e1", "e3") for detector in DETECTORS)
RUN = {"experiment": pl.String, "detector": pl.String}
CHECKS = ("spans are disjoint", "query labels are withheld")


@pytest.fixture
def inputs() -> Inputs:
    return Inputs(
        suite=SmallSuite(
            name="small",
            systems=("old", "made", "real"),
            everything={
                "e1": _experiment(target="made", published="E1", tuned_on="e1"),
                "e3": _experiment(target="real", tuned_on="e3"),
            },
            detectors=dict.fromkeys(("e1", "e3"), tuple(DETECTORS)),
        ),
        detectors=DETECTORS,
        encoders={"words": EmbedSettings(encoder="hashing", grid_bits=12, options={"dim": 64})},
        evaluate=EvaluateSettings(
            threshold=0.5, type_false_positive_rate=0.1, resamples=1000, blocks=20, confidence=0.95, seed=3
        ),
        systems={
            "old": System(
                description="an old one",
                kind="a cluster",
                format="plain",
                path="/logs/old",
                labels=Labels(source="tag"),
            ),
            "made": System(
                description="invented", kind="a cluster", format="bgl", simulated="bgl", labels=Labels(source="tag")
            ),
            "real": System(
                description="<b>real</b>",
                kind="a store",
                format="hdfs",
                files=(SourceFile(name="a.log", url="https://logs.example/a.log"),),
                labels=Labels(source="sessions", weak=True, note="by block"),
            ),
        },
        statistics=_statistics(),
        metrics=_metrics(RUNS),
        audits=_audits(RUNS),
        curves=_curves(RUNS),
        resamples=_resamples(RUNS),
        steps=_steps([("e1", "crosyslog")]),
        chosen={run: {} for run in RUNS},
        trials=_trials([]),
        seconds={("e1", "crosyslog"): {"train": [1.5, 2.0], "adapt": [0.25], "score": [0.125]}},
        embedding_seconds={"old": {"message-hashing": {"texts": 1234, "new": 5, "seconds": 0.5, "identity": "h"}}},
        files=_files(RUNS),
    )


@pytest.fixture
def paper(inputs: Inputs) -> Inputs:
    variants = {
        "e1p": _experiment(published="E1", protocol="published"),
        "a2": _experiment(published="a2", sources=("old",), tuned_on="a2"),
        "a2p": _experiment(published="a2", sources=("old",), protocol="published", tuned_on="a2"),
        "control": _experiment(published="E1", labels="shuffled"),
        "controlp": _experiment(published="E1", labels="shuffled", protocol="published"),
    }
    on_few = dict.fromkeys(variants, ("crosyslog", "logtad"))
    suite = replace(
        inputs.suite,
        everything={"e1": _experiment(published="E1"), **variants},
        detectors={"e1": ("keyword", "crosyslog", "lstm"), **on_few},
        tuned=("crosyslog",),
    )
    runs = suite.runs
    return replace(
        inputs,
        suite=suite,
        detectors={"keyword": {}, "crosyslog": {"hidden": 64, "rate": 0.1}, "lstm": {}, "logtad": {"source": 0}},
        metrics=_metrics(runs),
        audits=_audits(runs),
        curves=_curves(runs),
        resamples=_resamples(runs),
        steps=_steps([("e1", "crosyslog"), ("e1", "lstm"), ("e1p", "crosyslog")]),
        chosen={run: {"hidden": 128, "rate": 0.123456} if run[1] == "crosyslog" else {} for run in runs},
        trials=_trials([run for run in runs if suite.is_searched(*run)]),
        files=_files(runs),
    )


def _experiment(**changed: Any) -> Experiment:
    span = {"events": 2000, "rate": (0.01, 0.5)}
    split = {"name": "episodes", "episodes": 2, "rates": "fractions"} | dict.fromkeys(
        ("source_support", "source_query", "support", "query"), span
    )
    fields = {
        "sources": ("old",) if changed.get("target") else ("old", "real"),
        "target": "made", "representation": "message", "cut": {"length": 100}, "split": split,
        "sampling_seed": 42, "seeds": (1,), "tuned_on": "e1", "name": "e1", "encoder": "words",
        "detectors": ("crosyslog",),
    }  # fmt: skip
    return Experiment.model_validate({**fields, **changed})


def _statistics() -> pl.DataFrame:
    first, last = (datetime(2005, 6, day, hour, tzinfo=UTC) for day, hour in ((3, 22), (5, 21)))
    rows = [
        ("old", 1000, 1000, 0, 0, None, None, 9, 7),
        ("made", 2500, 2000, 150, 3, first, last, 1234, 56),
        ("real", 30, 30, 1, 1, first, first, 4, 4),
    ]
    time = pl.Datetime("us", "UTC")
    schema = {
        "system": pl.String, "lines": pl.UInt64, "events": pl.UInt64, "anomalous": pl.UInt64, "labels": pl.UInt32,
        "first_time": time, "last_time": time, "messages": pl.UInt32, "templates": pl.UInt32,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _metrics(runs: Sequence[Run]) -> pl.DataFrame:
    columns_of = (unit_columns, transfer_columns, compact_columns)
    shown = {column.measure for columns in columns_of for column in columns(("event", "window", "type"))}
    numbers = {(*measure,): (0.9, 0.85, 0.95) for measure in sorted(shown)}
    numbers["event", "f1", "fixed"] = (0.98765, 0.95, 1.0)
    numbers["window", "auprc", ""] = (0.75, 0.5, 1.0)
    for level, labels, anomalies, share in (("event", 2000, 40.5, 0.02), ("type", 68, 5, 0.1), ("window", 20, 9, 0.4)):
        numbers[level, "support_labels", ""] = (labels, labels, labels)
        numbers[level, "support_anomalies", ""] = (anomalies, None, None)
        numbers[level, "anomalous", ""] = (share, share, share)
        numbers[level, "anomalies_seen", ""] = (0.25, None, None)
    undefined = {("event", "recall_unseen", "fixed"): (None, None, None)}
    rows = [
        (name, "real" if name == "e3" else "made", detector, *key, *values, 8, "episodes")
        for name, detector in runs
        for key, values in {**numbers, **(undefined if detector == "crosyslog" else {})}.items()
    ]
    columns = ["experiment", "target", "detector", "level", "metric", "threshold", "value", "low", "high", "folds"]
    columns.append("resampled")
    types = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema=columns, schema_overrides=types, orient="row", strict=False)


def _audits(runs: Sequence[Run]) -> pl.DataFrame:
    rows = [(*run, check, True, "0 of 2") for run in runs for check in CHECKS]
    return pl.DataFrame(rows, schema=["experiment", "detector", "check", "passed", "detail"], orient="row")


def _curves(runs: Sequence[Run]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (name, detector, level, recall / 4, 1 - recall * list(DETECTORS).index(detector) / 10)
            for name, detector in runs
            if detector in DETECTORS
            for level in ("event", "window")
            for recall in range(5)
        ],
        schema=["experiment", "detector", "level", "recall", "precision"],
        orient="row",
    )


def _resamples(runs: Sequence[Run]) -> dict[Run, dict[tuple[str, str, str], NDArray[np.float64]]]:
    """F1 of events in four resamples, the same for every run."""
    return {run: {("event", "f1", "fixed"): np.array([0.88, 0.96, 1, 1])} for run in runs}


def _files(runs: Sequence[Run]) -> dict[Run, str]:
    return {run: f"metrics/{'/'.join(run)}.json" for run in runs}


def _steps(runs: Sequence[Run]) -> pl.DataFrame:
    """F1 is 0, 1/2 and 2/3 in the first query, 0, 2/3 and 1/2 in the second, and not defined in the third."""
    flags = {0: ((0, 0), (10, 30), (5, 5)), 1: ((0, 10), (5, 5), (5, 10)), 2: ((0, 0), (0, 0), (0, 1))}
    rows = [
        (*run, 1, "made", episode, step, hits, alarms, 0 if episode == 2 else 10, step == 2)
        for run in runs
        for episode, each in flags.items()
        for step, (hits, alarms) in enumerate(each)
    ]
    counts = dict.fromkeys(("episode", "step", "hits", "alarms", "anomalous"), pl.UInt32)
    schema = {**RUN, "seed": pl.Int64, "target": pl.String, **counts, "scored": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _trials(runs: Sequence[Run]) -> pl.DataFrame:
    trials = (
        (0, "complete", 0.25, False),
        (1, "pruned", None, False),
        (2, "complete", 0.75, True),
        (3, "failed", None, False),
    )
    rows = [(*run, number, state, value, "{}", "{}", chosen) for run in runs for number, state, value, chosen in trials]
    words = {"left_out": pl.String, "values": pl.String}
    schema = {**RUN, "trial": pl.UInt32, "state": pl.String, "value": pl.Float64, **words, "chosen": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")
