"""The parts joined into one score: the chance that at least one of them speaks of an anomaly (noisy-or, Pearl 1988).

score = 1 - product of (1 - weight * part); a part that is unknown counts as 0. What a part carries is -log(1 - weight *
part), and the reasons are the parts that carry enough of the score, most first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.hints.buckets import Buckets
from crosslog.detection.hints.bursts import measure_bursts
from crosslog.detection.hints.meaning import KnownTexts, call_unlike, compare_meanings
from crosslog.detection.hints.parts import rate_parts
from crosslog.detection.hints.reasons import phrase_part

# Chosen on the four simulated systems and thunderbird_19k, for the mean precision over their types; on a plateau, where
# .7 to .9, .4 to .6, .3 to .5, .4 to .5 and .1 to .2 differ little. BGL was not looked at. `novelty` is set by hand, as
# no labelled log comes with a good day.
PART_WEIGHTS = {"burst": 0.8, "novelty": 0.7, "fault_words": 0.5, "severity": 0.5, "meaning": 0.4, "rarity": 0.15}
LEAST_CARRIED = 0.15  # of a score: what carries less is no reason
OPTIONAL = {"levels": pl.Int8, "baseline_count": pl.UInt64, "example": pl.String}
SHOWN = ("similarity", "like", "like_sentence", "filled", "clusters", "stretches", "begins")


class Meanings(NamedTuple):
    """Vectors of a log's templates, (n, dim) of length one, and what is known elsewhere."""

    vectors: NDArray[np.float32]
    known: KnownTexts


def score_templates(facts: pl.DataFrame, buckets: Buckets, meanings: Meanings | None = None) -> pl.DataFrame:
    """How much each template of an unlabelled log deserves a look, and why.

    Parameters
    ----------
    facts
        A row per template: template_id u32, text, count u64 (1 or more); where known, levels (severity of the worst
        level seen, 0 debug … 7 emergency, or null) and baseline_count (events of it in a good day's log, or null) of
        baseline_total (events of that log; without, those of the templates here)
    buckets
        The log's events, as `merge_buckets` gives them
    meanings
        In the order of `facts`; without, nothing is known of what templates mean

    Returns
    -------
    pl.DataFrame
        A row per template in the order of `facts`: template_id; score in [0, 1]; rarity, novelty, burst, meaning,
        severity and fault_words in [0, 1], or null where unknown; reasons, names of the parts that carry the score,
        most first, and why, the same in words; similarity, like and like_sentence of the nearest known fault, or null;
        filled, clusters, stretches and begins as `measure_bursts` gives them
    """
    given = facts.with_columns(pl.lit(None, kind).alias(name) for name, kind in OPTIONAL.items() if name not in facts)
    if "baseline_total" not in given:
        given = given.with_columns(baseline_total=pl.col("baseline_count").sum())
    spread = measure_bursts(buckets)
    known = given.join(spread, on="template_id", how="left", maintain_order="left")
    alike = compare_meanings(*meanings) if meanings else call_unlike(len(facts))
    rated = pl.concat([known, rate_parts(known), alike], how="horizontal")
    return rated.select(
        "template_id",
        _join(),
        *PART_WEIGHTS,
        _list_reasons("part").alias("reasons"),
        _list_reasons("words").alias("why"),
        *SHOWN,
    )


def join_arrays(parts: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n,) scores of (n, parts) numbers in the order of PART_WEIGHTS, 0 where unknown."""
    return np.asarray(1 - np.prod(1 - parts * list(PART_WEIGHTS.values()), axis=1))


def _join() -> pl.Expr:
    """The score of a template whose parts are columns."""
    silent = pl.fold(pl.lit(1.0), lambda product, factor: product * factor, [1 - _weigh(part) for part in PART_WEIGHTS])
    return (1 - silent).alias("score")


def _list_reasons(field: str) -> pl.Expr:
    """Names, or words, of the parts that carry the score, most first."""
    carried = [
        pl.struct(carried=-(1 - _weigh(part)).log(), part=pl.lit(part), words=phrase_part(part))
        for part in PART_WEIGHTS
    ]
    each = pl.element().struct.field("carried")
    enough = (each > 0) & (each >= LEAST_CARRIED * each.sum())
    return pl.concat_list(carried).list.eval(
        pl.element()
        .filter(enough)
        .sort_by(each.filter(enough), descending=True, maintain_order=True)
        .struct.field(field)
    )


def _weigh(part: str) -> pl.Expr:
    return PART_WEIGHTS[part] * pl.col(part).fill_null(0.0)
