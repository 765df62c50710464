"""Checks of labels and scores: what a detector was given, what it scored, where thresholds are from."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from crosslog.evaluation.checks import Check, named
from crosslog.evaluation.levels import FOLD, LEVELS, Run, units
from crosslog.evaluation.metrics import Flags, Scores
from crosslog.evaluation.thresholds import best_on_support
from crosslog.settings import EvaluateSettings


def labels_withheld(run: Run) -> Check:
    """Nothing that is scored was given with its label."""
    query = run.scores.filter(pl.col("role") == "query")
    given = query.filter("labelled").sort(*FOLD, "line")
    detail = f"labels of {given.height} of {query.height} query events were given to the detector"
    return Check("query labels are withheld", given.is_empty(), detail + named(given, *FOLD, "line"))


def last_step_scored(run: Run) -> Check:
    """A method that adapts by steps is judged by its last one, not by one that was chosen with the query's labels."""
    name = "the adaptation step is not chosen"
    if run.steps.is_empty():
        return Check(name, True, "the method has no adaptation steps")
    chosen = run.steps.filter("scored").sort(*FOLD)
    early = chosen.join(run.steps.group_by(FOLD).agg(pl.col("step").max().alias("last")), on=FOLD)
    early = early.filter(pl.col("step") < pl.col("last")).sort(*FOLD)
    detail = f"{early.height} of {chosen.height} folds are scored before the last step, by their query's F1"
    return Check(name, early.is_empty(), detail + named(early, *FOLD, "step"))


def scored_once(run: Run, known: pl.DataFrame) -> Check:
    """Every seed scores every query event, once, and nothing else; `known` is what `truth` returns."""
    key = ["episode", "line"]
    expected = known.filter(pl.col("role") == "query").select(key)
    wanted = run.scores.select("seed").unique().join(expected, how="cross")
    scored = run.scores.filter(pl.col("role") == "query").group_by("seed", *key).agg(pl.len().alias("times"))
    missing = wanted.join(scored, on=["seed", *key], how="anti").height
    foreign = scored.join(expected, on=key, how="anti").height
    repeated = scored.filter(pl.col("times") > 1).height
    detail = (
        f"{wanted.height} query events over all seeds: {missing} without a score, {repeated} scored more than once, "
        f"{foreign} scores of lines that are no event of their query"
    )
    return Check("every query event is scored once", not (missing or repeated or foreign), detail)


def both_classes(known: pl.DataFrame) -> Iterator[Check]:
    """Spans of a single class, in which rankings and most measures are undefined."""
    rates = known.group_by("episode", "role").agg(pl.col("anomalous").mean().alias("rate")).sort("episode")
    for role in ("support", "query"):
        of_role = rates.filter(pl.col("role") == role)
        single = of_role.filter(pl.col("rate").is_in([0.0, 1.0]))
        shares = of_role["rate"].sort().to_list()
        detail = f"{single.height} of {len(shares)} have a single class; {shares[0]:.2%} to {shares[-1]:.2%} anomalous"
        yield Check(f"both classes in every {role}", single.is_empty(), detail + named(single, "episode"))


def thresholds_from_support(frame: pl.DataFrame, used: pl.DataFrame, settings: EvaluateSettings) -> Check:
    """The thresholds that were used against those that the support alone gives; `frame` is what `judged` returns."""
    support = frame.filter(pl.col("role") == "support")
    again = [
        (level, seed, episode, best_on_support(*_labels_and_scores(part), settings.threshold))
        for level in LEVELS
        for (seed, episode), part in units(support, level).partition_by(*FOLD, as_dict=True).items()
    ]
    expected = pl.DataFrame(again, schema={**used.schema, "threshold": pl.Float64}, orient="row")
    compared = used.join(expected, on=["level", *FOLD], how="left", suffix="_support").sort("level", *FOLD)
    other = compared.filter(pl.col("threshold").ne_missing(pl.col("threshold_support")))
    detail = f"{other.height} of {compared.height} thresholds differ from what their support alone gives"
    return Check("thresholds come from the support", other.is_empty(), detail + named(other, "level", *FOLD))


def _labels_and_scores(part: pl.DataFrame) -> tuple[Flags, Scores]:
    return part["anomalous"].to_numpy(), part["score"].cast(pl.Float64).to_numpy()


def repeated_messages(known: pl.DataFrame) -> Check:
    """How much of a query its support has seen: no leak, but what remembering alone can reach."""
    seen = known.filter(pl.col("role") == "support").select("episode", "message").unique()
    query = known.filter(pl.col("role") == "query")
    again = query.join(seen, on=["episode", "message"], how="semi")
    detail = (
        f"information: {again.height} of {query.height} query events ({_share(again, query):.1%}), and "
        f"{_share(again.filter('anomalous'), query.filter('anomalous')):.1%} of the anomalous ones, have a message "
        "that also occurs in the support"
    )
    return Check("messages of the query in the support", True, detail)


def _share(part: pl.DataFrame, whole: pl.DataFrame) -> float:
    return part.height / whole.height if whole.height else 0.0
