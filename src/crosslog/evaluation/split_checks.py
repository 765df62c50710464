"""Checks of how an experiment was split: disjoint, in order, sources kept apart, windows cut after the split."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from crosslog.evaluation.checks import Check, named, words
from crosslog.evaluation.levels import FOLD, Run

CLOCK_SKEW = timedelta(minutes=1)  # nodes' clocks differ; the lines of one log are only nearly in order of time


def spans_apart(run: Run) -> Iterator[Check]:
    """No line is in two spans of a system, and none in a support and its query."""
    ordered = run.spans.sort("system", "first_line", "last_line")
    overlaps = ordered.filter(pl.col("first_line") <= pl.col("last_line").cum_max().shift(1).over("system"))
    detail = f"{ordered.height} spans of {ordered['system'].n_unique()} systems, {overlaps.height} overlap one before"
    yield Check("spans are disjoint", overlaps.is_empty(), detail + named(overlaps, "system", "episode", "role"))
    pairs = _pairs(run)
    shared = pairs.filter(
        (pl.col("first_line") <= pl.col("last_line_query")) & (pl.col("first_line_query") <= pl.col("last_line"))
    )
    detail = f"{shared.height} of {pairs.height} episodes share lines between support and query"
    yield Check("support and query are disjoint", shared.is_empty(), detail + named(shared, "episode"))


def ordered_by_line(run: Run) -> Check:
    """A support ends before its query begins, in order of lines."""
    pairs = _pairs(run)
    late = pairs.filter(pl.col("last_line") >= pl.col("first_line_query"))
    detail = f"{late.height} of {pairs.height} supports end after their query begins"
    return Check("support comes before query by line", late.is_empty(), detail + named(late, "episode"))


def ordered_by_time(known: pl.DataFrame) -> Check:
    """The same in order of time, where times are known; `known` is what `truth` returns."""
    name = "support comes before query by time"
    times = known.drop_nulls("time")
    if times.is_empty():
        return Check(name, True, "not checked: no event has a known time")
    last = times.filter(pl.col("role") == "support").group_by("episode").agg(pl.col("time").max().alias("last"))
    first = times.filter(pl.col("role") == "query").group_by("episode").agg(pl.col("time").min().alias("first"))
    pairs = last.join(first, on="episode").sort("episode").with_columns(late=pl.col("last") - pl.col("first"))
    late = pairs.filter(pl.col("late") > CLOCK_SKEW)
    detail = (
        f"{late.height} of {pairs.height} supports end more than {CLOCK_SKEW.total_seconds():g} s after their query "
        f"begins; times known for {times.height} of {known.height} events"
    )
    return Check(name, late.is_empty(), detail + named(late, "episode"))


def sources_differ(run: Run) -> Check:
    """What teaches and what is tested are different systems."""
    is_source = pl.col("role").str.starts_with("source_")
    sources = run.spans.filter(is_source)["system"].unique().sort().to_list()
    targets = run.spans.filter(~is_source)["system"].unique().sort().to_list()
    passed = bool(sources) and targets == [run.target] and run.target not in sources
    return Check("sources differ from the target", passed, f"sources {words(sources)}; target {words(targets)}")


def windows_inside(run: Run) -> Check:
    """No window straddles a boundary: spans were cut first, windows after."""
    windows = run.scores.group_by(*FOLD, "role", "window").agg(
        pl.col("line").min().alias("first"), pl.col("line").max().alias("last")
    )
    spans = run.spans.filter(pl.col("system") == run.target).select("episode", "role", "first_line", "last_line")
    placed = windows.join(spans, on=["episode", "role"], how="left").sort(*FOLD, "role", "window")
    inside = (pl.col("first") >= pl.col("first_line")) & (pl.col("last") <= pl.col("last_line"))
    outside = placed.filter(~inside.fill_null(False))
    detail = f"{outside.height} of {placed.height} windows reach outside their span"
    return Check("windows stay inside their span", outside.is_empty(), detail + named(outside, *FOLD, "role"))


def lines_unique(run: Run) -> Check:
    """No event was duplicated before the split, no score after it."""
    lines = run.events.height - run.events.select("system", "line").unique().height
    scores = run.scores.height - run.scores.select(*FOLD, "line").unique().height
    detail = f"{lines} of {run.events.height} events and {scores} of {run.scores.height} scores repeat a line"
    return Check("no line occurs twice", not lines and not scores, detail)


def _pairs(run: Run) -> pl.DataFrame:
    """Each episode's support span with its query span; the query's columns end in `_query`."""
    support, query = (run.spans.filter(pl.col("role") == role) for role in ("support", "query"))
    return support.join(query, on="episode", suffix="_query").sort("episode")
