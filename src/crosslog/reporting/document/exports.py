"""The few numbers that DVC shows and compares by itself: metrics.json and curves.csv."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl

from crosslog.reporting.numbers.inputs import Inputs, Measure

EXPORT_DIGITS = 4
EVERY = 2  # of 101 points of a curve


def metrics_json(inputs: Inputs) -> str:
    """F1 at both thresholds and AUPRC of the unit, recall of types: by experiment, arm and detector."""
    numbers = {
        name: {arm: _detectors(inputs, key) for arm, key in arms._asdict().items() if key}
        for name, arms in inputs.groups.items()
    }
    return json.dumps(numbers, indent=1) + "\n"


def _detectors(inputs: Inputs, key: str) -> dict[str, dict[str, float | None]]:
    unit = inputs.suite.everything[key].levels[0]
    measures = {
        "f1": Measure(unit, "f1", "fixed"),
        "f1_support": Measure(unit, "f1", "support"),
        "auprc": Measure(unit, "auprc"),
        "type_recall": Measure("type", "recall_at_fpr"),
    }
    return {
        detector: {name: _rounded(inputs.estimate(key, detector, measure).value) for name, measure in measures.items()}
        for detector in inputs.suite.detectors_of(key)
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, EXPORT_DIGITS)


def curves_csv(inputs: Inputs) -> str:
    """Mean precision at every second recall, of each experiment's unit."""
    columns = ("experiment", "arm", "detector", "recall", "precision")
    empty = pl.DataFrame(schema=dict(zip(columns, (*[pl.String] * 3, *[pl.Float64] * 2), strict=True)))
    return pl.concat([empty, *_curves(inputs)]).write_csv()


def _curves(inputs: Inputs) -> Iterator[pl.DataFrame]:
    for name, arms in inputs.groups.items():
        for arm, key in arms._asdict().items():
            unit = inputs.suite.everything[key].levels[0] if key else ""
            for detector in inputs.suite.detectors_of(key) if key else ():
                curve = inputs.curves.filter(experiment=key, detector=detector, level=unit).sort("recall")
                told = (pl.lit(name).alias("experiment"), pl.lit(arm).alias("arm"), pl.lit(detector).alias("detector"))
                yield curve.gather_every(EVERY).select(*told, "recall", pl.col("precision").round(EXPORT_DIGITS))
