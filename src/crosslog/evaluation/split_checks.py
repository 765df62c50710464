"""Checks of how an experiment was split: disjoint, in order, sources kept apart, sessions whole."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from crosslog.evaluation.checks import Check, join_words, name_offenders
from crosslog.evaluation.levels import FOLD, SPAN, Run

CLOCK_SKEW = timedelta(minutes=1)  # nodes' clocks differ; the lines of one log are only nearly in order of time
PAIR = ("target", "episode", "support")
QUERY_ROLES = ("support", "query")


def check_roles_apart(run: Run) -> Check:
    """No event is in two supports or queries of a target."""
    held = run.slots.select(*SPAN, "line").unique()
    twice = held.group_by("target", "line").agg(pl.len().alias("times")).filter(pl.col("times") > 1)
    spans = held.select(SPAN).unique().height
    targets = held["target"].n_unique()
    detail = f"{spans} supports and queries of {targets} targets, {twice.height} events are in several"
    return Check("supports and queries are disjoint", twice.is_empty(), detail + _first(twice, "target", "line"))


def check_sources_apart(run: Run) -> Check:
    """No event of a source is in both of its roles, or a search that leaves it out would be asked what it was told."""
    positions = pl.int_ranges("first", "last").alias("position")
    held = run.taught.select("system", "role", positions).explode("position").unique()
    twice = held.group_by("system", "position").len().filter(pl.col("len") > 1)
    detail = f"{held['system'].n_unique()} systems teach; {twice.height} of their events are in support and query"
    return Check("what teaches is disjoint", twice.is_empty(), detail + _first(twice, "system", "position"))


def check_support_apart(run: Run) -> Check:
    """No event of a query is in the support that the detector was given."""
    support, query = (run.slots.filter(role=role).select("target", "episode", "line").unique() for role in QUERY_ROLES)
    pairs = _pairs(run)
    shared = (
        query.join(pairs, on=("target", "episode"))
        .join(support.rename({"episode": "support"}), on=("target", "support", "line"), how="semi")
        .group_by(PAIR)
        .len()
        .sort(PAIR)
    )
    detail = f"{shared.height} of {pairs.height} queries share events with the support that was given"
    return Check("support and query share no event", shared.is_empty(), detail + name_offenders(shared, *PAIR))


def check_order_by_line(run: Run) -> Check:
    """The support that was given ends before the query begins, in order of lines."""
    pairs = _bounds(run, "line")
    late = pairs.filter(pl.col("last") >= pl.col("first")).sort(PAIR)
    detail = f"{late.height} of {pairs.height} queries begin before the support that was given has ended"
    return Check("support comes before query by line", late.is_empty(), detail + name_offenders(late, *PAIR))


def check_order_by_time(run: Run) -> Check:
    """The same in order of time, where times are known."""
    name = "support comes before query by time"
    times = run.slots.drop_nulls("time").height
    if not times:
        return Check(name, None, "not checked: no event has a known time")
    pairs = _bounds(run, "time").with_columns(late=pl.col("last") - pl.col("first"))
    late = pairs.filter(pl.col("late") > CLOCK_SKEW).sort(PAIR)
    detail = (
        f"{late.height} of {pairs.height} queries begin more than {CLOCK_SKEW.total_seconds():g} s before the support "
        f"that was given ends; times known for {times} of {run.slots.height} events"
    )
    return Check(name, late.is_empty(), detail + name_offenders(late, *PAIR))


def check_sessions_whole(run: Run) -> Check:
    """No session is partly in the support that was given and partly in the query; where the cut is by session."""
    name = "no session is in support and query"
    if run.settings.cut.by != "session":
        return Check(name, None, "not checked: the cut is not by session")
    held = run.slots.select(*SPAN, "session").unique()
    support, query = (held.filter(role=role).drop("role") for role in QUERY_ROLES)
    pairs = query.join(_pairs(run), on=("target", "episode"))
    given = support.rename({"episode": "support"})
    torn = pairs.join(given, on=("target", "support", "session"), how="semi").sort(PAIR)
    detail = f"{torn.height} of {pairs.height} sessions of queries are in the support, too"
    return Check(name, torn.is_empty(), detail + name_offenders(torn, "target", "session"))


def check_sources(run: Run) -> Check:
    """What a detector was fitted and adapted with are other systems than its target, and those of the experiment."""
    taught = run.scores.select("target", "sources").unique().sort("target", "sources")
    wrong = [
        target
        for target, sources in taught.iter_rows()
        if not sources or target in sources.split() or set(sources.split()) - set(run.settings.sources_of(target))
    ]
    words = "; ".join(f"{target}: {join_words(sources.split())}" for target, sources in taught.head(3).iter_rows())
    detail = f"{len(wrong)} of {taught.height} targets were taught by themselves, by nobody or by a stranger; {words}"
    return Check("sources differ from the target", not wrong, detail + (" …" if taught.height > 3 else ""))


def check_nothing_twice(run: Run) -> Check:
    """No event was duplicated before the split, no score after it."""
    lines = run.events.height - run.events.select("system", "line").unique().height
    scores = run.scores.height - run.scores.select(*FOLD, "role", "unit").unique().height
    detail = f"{lines} of {run.events.height} events and {scores} of {run.scores.height} scores are there twice"
    return Check("no line and no score occurs twice", not lines and not scores, detail)


def _pairs(run: Run) -> pl.DataFrame:
    """Each query with the support that some seed was given: target, episode, support."""
    return run.scores.select(PAIR).unique().sort(PAIR)


def _bounds(run: Run, column: str) -> pl.DataFrame:
    """The last of the support and the first of the query, for each pair."""
    known = run.slots.drop_nulls(column)
    last = known.filter(role="support").group_by("target", pl.col("episode").alias("support"))
    first = known.filter(role="query").group_by("target", "episode")
    ends = last.agg(pl.col(column).max().alias("last"))
    return (
        _pairs(run)
        .join(first.agg(pl.col(column).min().alias("first")), on=("target", "episode"))
        .join(ends, on=("target", "support"))
    )


def _first(offenders: pl.DataFrame, *columns: str) -> str:
    return name_offenders(offenders.sort(columns), *columns)
