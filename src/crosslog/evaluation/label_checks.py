"""Checks of labels and scores: what a detector was given, what it scored, where thresholds are from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from crosslog.evaluation.checks import Check, name_offenders
from crosslog.evaluation.levels import FOLD, SPAN, Run


def check_labels_withheld(run: Run) -> Check:
    """Nothing that is scored was given with its label."""
    query = run.scores.filter(pl.col("role") == "query")
    given = query.filter("labelled").sort(*FOLD, "unit")
    detail = f"labels of {given.height} of {query.height} query units were given to the detector"
    return Check("query labels are withheld", given.is_empty(), detail + name_offenders(given, *FOLD, "unit"))


def check_last_step(run: Run) -> Check:
    """A method that adapts by steps is judged by its last one, not by one that was chosen with the query's labels."""
    name = "the adaptation step is not chosen"
    if run.steps.is_empty():
        return Check(name, None, "not checked: the method has no adaptation steps")
    chosen = run.steps.filter("scored").sort(FOLD)
    early = chosen.join(run.steps.group_by(FOLD).agg(pl.col("step").max().alias("last")), on=FOLD)
    early = early.filter(pl.col("step") < pl.col("last")).sort(FOLD)
    detail = f"{early.height} of {chosen.height} folds are scored before the last step, by their query's F1"
    return Check(name, early.is_empty(), detail + name_offenders(early, *FOLD, "step"))


def check_scored_once(run: Run) -> Check:
    """Every seed scores every unit of every query, once, and nothing else."""
    key = ["target", "episode", "unit", "line"]
    expected = run.truth.filter(pl.col("role") == "query").select(key)
    wanted = run.scores.select("seed").unique().join(expected, how="cross")
    scored = run.scores.filter(pl.col("role") == "query").group_by("seed", *key).agg(pl.len().alias("times"))
    missing = wanted.join(scored, on=["seed", *key], how="anti").height
    foreign = scored.join(expected, on=key, how="anti").height
    repeated = scored.filter(pl.col("times") > 1).height
    detail = (
        f"{wanted.height} query {run.settings.unit}s over all seeds: {missing} without a score, {repeated} scored more "
        f"than once, {foreign} scores of what is in no query"
    )
    return Check("every unit of a query is scored once", not (missing or repeated or foreign), detail)


def check_both_classes(run: Run) -> Iterator[Check]:
    """Supports and queries of a single class, in which rankings and most measures are undefined."""
    rates = run.truth.group_by(SPAN).agg(pl.col("anomalous").mean().alias("rate")).sort("target", "episode")
    for role in ("support", "query"):
        of_role = rates.filter(pl.col("role") == role)
        single = of_role.filter(pl.col("rate").is_in([0.0, 1.0]))
        shares = of_role["rate"].sort().to_list()
        spread = f"{shares[0]:.2%} to {shares[-1]:.2%} anomalous" if shares else "none is there"
        detail = f"{single.height} of {len(shares)} have a single class; {spread}"
        passed = bool(shares) and single.is_empty()
        yield Check(f"both classes in every {role}", passed, detail + name_offenders(single, "target", "episode"))


def check_thresholds(frame: pl.DataFrame, choose: Callable[[pl.DataFrame], pl.DataFrame]) -> Check:
    """Thresholds stay what they are when the queries' labels and scores are turned round; `frame` is of `judge`."""
    query = pl.col("role") == "query"
    turned = frame.with_columns(
        anomalous=pl.col("anomalous") ^ query,
        score=pl.when(query).then(-pl.col("score")).otherwise("score"),
    )
    key = ("level", *FOLD)
    compared = choose(frame).join(choose(turned), on=key, how="left", suffix="_turned").sort(key)
    other = compared.filter(pl.col("threshold").ne_missing(pl.col("threshold_turned")))
    detail = f"{other.height} of {compared.height} thresholds change when the queries are turned round"
    return Check("thresholds do not hang on queries", other.is_empty(), detail + name_offenders(other, *key))
