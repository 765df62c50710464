"""The parts that need no vectors: rarity, novelty, burst, severity and fault words; in [0, 1], null where unknown."""

from __future__ import annotations

import math

import polars as pl

from crosslog.detection.hints.words import find_fault_words

ORDINARY_LEVEL, WORST_LEVEL = 1, 7  # info; emergency, panic and fatal
OFTEN = 16  # times as often as in the baseline counts as new
SURE = 2.0  # standard deviations of a Poisson count that a change must exceed


def rate_parts(facts: pl.DataFrame) -> pl.DataFrame:
    """Each part of each template.

    Parameters
    ----------
    facts
        A row per template: text; example, a raw line of it, where there is one; count u64; levels, the severity of the
        worst level seen (0 debug … 7 emergency), or null; baseline_count, events of it in the good day's log, or null
        without one; and what `measure_bursts` gives

    Returns
    -------
    pl.DataFrame
        rarity, novelty, burst, severity, fault_words: f64 in [0, 1] or null
    """
    example = pl.col("example") if "example" in facts.columns else None
    return facts.select(
        rarity=_rate_rarity(),
        novelty=_rate_novelty(),
        burst=_rate_burst(),
        severity=_weigh_share(((pl.col("levels") - ORDINARY_LEVEL) / (WORST_LEVEL - ORDINARY_LEVEL)).clip(0, 1)),
        fault_words=_weigh_share(find_fault_words(pl.col("text"), example)),
    )


def _rate_rarity() -> pl.Expr:
    """1 of a single event, 0 of a template that is the whole log: the logarithm of its share."""
    total = pl.col("count").sum()
    return pl.when(total > 1).then(1 - pl.col("count").log() / total.log()).clip(0, 1)


def _rate_novelty() -> pl.Expr:
    """1 of what the baseline has not; else how much more often, surely, it comes than there."""
    before = pl.col("baseline_count").cast(pl.Float64)
    expected = before * pl.col("count").sum() / pl.col("baseline_total").first()
    least = pl.col("count") - SURE * pl.col("count").cast(pl.Float64).sqrt()
    times = least / (expected + SURE * expected.sqrt())
    more = (times.clip(lower_bound=1).log() / math.log(OFTEN)).clip(0, 1)
    return pl.when(before == 0).then(1.0).when(before > 0).then(more)


def _rate_burst() -> pl.Expr:
    """How crowded, times the root of its size: a storm outweighs a handful at start-up.

    The size is the logarithm of its events, against all events.
    """
    return weigh_burst(pl.col("crowding"), pl.col("count"), pl.col("count").sum())


def weigh_burst(crowding: pl.Expr, count: pl.Expr, total: pl.Expr) -> pl.Expr:
    """The burst of so many of all events."""
    return crowding * (count.log1p() / total.log1p()).sqrt()


def _weigh_share(part: pl.Expr) -> pl.Expr:
    """The part, less the share of events of which it says as much or more: in a log full of errors one says little."""
    events = pl.struct(part=part, count="count").map_batches(_share_above, return_dtype=pl.Float64)
    return part * (1 - events)


def _share_above(column: pl.Series) -> pl.Series:
    frame = column.struct.unnest().with_row_index("row")
    by_part = frame.filter(pl.col("part") > 0).group_by("part").agg(pl.col("count").sum()).sort("part", descending=True)
    shares = by_part.select("part", share=pl.col("count").cum_sum() / max(frame["count"].sum(), 1))
    joined = frame.join(shares, on="part", how="left", maintain_order="left")
    return joined["share"].fill_null(0.0)
