"""Shuffled labels: every span keeps its anomalies, and nothing else of the labels is left."""

from __future__ import annotations

import polars as pl

from crosslog.detection.episodes.shuffling import shuffled

KINDS = pl.when("anomalous").then(pl.lit("DISK")).alias("label")


def events(count: int = 400) -> pl.DataFrame:
    """The first half normal, the second anomalous; every other line is there."""
    lines = pl.Series("line", range(1, 2 * count, 2), dtype=pl.UInt64)
    return pl.DataFrame([lines]).with_columns(anomalous=pl.col("line") > count).with_columns(KINDS)


def spans(*bounds: tuple[int, int]) -> pl.DataFrame:
    frame = pl.DataFrame(bounds, schema={"first_line": pl.UInt64, "last_line": pl.UInt64}, orient="row")
    return frame.with_columns(anomalous=pl.lit(0, pl.UInt32))


def test_a_span_keeps_its_anomalies_and_each_its_kind_but_not_their_places() -> None:
    given = spans((1, 399), (401, 799))
    both = spans((1, 799))
    for asked, counts in ((given, [0, 200]), (both, [200])):
        moved, counted = shuffled(events(), asked, seed=1)
        assert counted["anomalous"].to_list() == counts
        assert moved["label"].equals(moved.select(KINDS)["label"])
        assert moved.drop("label", "anomalous").equals(events().drop("label", "anomalous"))
    first_half = moved.filter(pl.col("line") < 400)["anomalous"].mean()
    assert 0.4 < first_half < 0.6


def test_spans_that_overlap_are_shuffled_as_one_and_counted_anew() -> None:
    moved, counted = shuffled(events(), spans((1, 500), (301, 799)), seed=1)
    for first, last, anomalous in counted.select("first_line", "last_line", "anomalous").iter_rows():
        assert moved.filter(pl.col("line").is_between(first, last))["anomalous"].sum() == anomalous
    assert moved["anomalous"].sum() == 200
    assert counted["anomalous"].to_list() != [50, 200]


def test_a_seed_fixes_where_labels_go() -> None:
    first, again, other = (shuffled(events(), spans((1, 799)), seed)[0] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)
