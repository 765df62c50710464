"""The parts in words: why a template is shown, and what could not be known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from crosslog.detection.hints.bursts import FEWEST_EVENTS, FEWEST_STRETCHES
from crosslog.detection.hints.words import extract_fault_word

ALIKE_INDEED = 0.7  # similarity below which the closest known failure gives a direction, and no diagnosis
LEVEL_NAMES = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency or fatal")


def phrase_part(part: str) -> pl.Expr:
    """What a part says of a template, in words; over the columns that `score_templates` joins."""
    return PHRASES[part]()


def explain_silence(scored: pl.DataFrame) -> list[str]:
    """What could not be known of this log, in words; of what `score_templates` gives."""
    return list(_explain(scored))


def _phrase_burst() -> pl.Expr:
    return pl.format("comes in bursts: {} events in {} of {} stretches of the log", "count", "filled", "stretches")


def _phrase_novelty() -> pl.Expr:
    share = pl.col("count") / pl.col("count").sum()
    before = pl.col("baseline_count") / pl.col("baseline_total").first()
    times = pl.format("{} times its share of events in the baseline", (share / before).round(1))
    return pl.when(pl.col("baseline_count") == 0).then(pl.lit("never seen in the baseline")).otherwise(times)


def _phrase_words() -> pl.Expr:
    return pl.format('says "{}"', extract_fault_word(pl.col("text")))


def _phrase_severity() -> pl.Expr:
    names = pl.col("levels").replace_strict(dict(enumerate(LEVEL_NAMES)), default=None, return_dtype=pl.String)
    return pl.format("its level is {}", names)


def _phrase_meaning() -> pl.Expr:
    near = pl.format("like {} ({}): {}", "like", pl.col("similarity").round(2), "like_sentence")
    far = pl.format("closest known failure: {} ({}): {}", "like", pl.col("similarity").round(2), "like_sentence")
    return pl.when(pl.col("similarity") >= ALIKE_INDEED).then(near).otherwise(far)


def _phrase_rarity() -> pl.Expr:
    return pl.format("rare: {} of {} events", "count", pl.col("count").sum())


PHRASES: dict[str, Callable[[], pl.Expr]] = {
    "burst": _phrase_burst,
    "novelty": _phrase_novelty,
    "fault_words": _phrase_words,
    "severity": _phrase_severity,
    "meaning": _phrase_meaning,
    "rarity": _phrase_rarity,
}


def _explain(scored: pl.DataFrame) -> Iterator[str]:
    unknown = {part for part in PHRASES if scored[part].is_null().all()}
    if "novelty" in unknown:
        yield "no baseline: nothing is known of what is new"
    if "severity" in unknown:
        yield "no levels: nothing is known of severity"
    if "meaning" in unknown:
        yield "no template resembles a known fault, or nothing is known of what they mean"
    if "burst" in unknown:
        yield f"nothing is known of bursts: fewer than {FEWEST_STRETCHES} stretches, or {FEWEST_EVENTS} events each"
    elif few := scored["burst"].null_count():
        yield f"{few} of {len(scored)} templates have fewer than {FEWEST_EVENTS} events: no word on their bursts"
