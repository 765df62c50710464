"""Shuffled labels: every support and query keeps its anomalies, and nothing else of the labels is left."""

from __future__ import annotations

import polars as pl

from crosslog.detection.episodes.shuffling import mark_anomalous, shuffle_labels

KINDS = pl.when("anomalous").then(pl.lit("DISK")).alias("label")


def events(count: int = 400) -> pl.DataFrame:
    """The first half normal, the second anomalous."""
    lines = pl.Series("line", range(1, count + 1), dtype=pl.UInt64)
    return pl.DataFrame([lines]).with_columns(anomalous=pl.col("line") > count // 2).with_columns(KINDS)


def windows(*bounds: tuple[int, int, int]) -> pl.DataFrame:
    """Each a query of the episode that stands first."""
    schema = {"episode": pl.UInt32, "first": pl.UInt64, "last": pl.UInt64}
    return pl.DataFrame(bounds, schema=schema, orient="row").with_columns(role=pl.lit("query"))


def test_a_role_keeps_its_anomalies_and_each_its_kind_but_not_their_places() -> None:
    moved = shuffle_labels(events(), windows((0, 0, 400)), 1, whole=False)
    assert moved["anomalous"].sum() == 200
    assert moved["label"].equals(moved.select(KINDS)["label"])
    assert moved.drop("label", "anomalous").equals(events().drop("label", "anomalous"))
    assert 0.4 < moved["anomalous"].head(200).mean() < 0.6


def test_roles_apart_keep_what_each_has() -> None:
    moved = shuffle_labels(events(), windows((0, 0, 200), (1, 200, 400)), 1, whole=False)
    assert moved.equals(events())


def test_roles_that_overlap_keep_what_each_has() -> None:
    given = windows((0, 0, 250), (1, 150, 400))
    moved = shuffle_labels(events(), given, 1, whole=False)
    assert [moved["anomalous"][first:last].sum() for first, last in ((0, 250), (150, 400))] == [50, 200]
    assert not moved.equals(events())


def test_sessions_change_their_labels_as_wholes() -> None:
    given = windows(*((0, first, first + 20) for first in range(0, 400, 20)))
    moved = shuffle_labels(events(), given, 1, whole=True)
    marked = mark_anomalous(given, moved)
    assert [moved["anomalous"][first : first + 20].n_unique() for first in range(0, 400, 20)] == [1] * 20
    assert marked["anomalous"].sum() == 10
    assert not moved.equals(events())


def test_a_seed_fixes_where_labels_go() -> None:
    first, again, other = (shuffle_labels(events(), windows((0, 0, 400)), seed, whole=False) for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)
